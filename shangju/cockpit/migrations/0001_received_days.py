"""What was registered on days that are over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReceivedDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='Day')),
                ('total', models.PositiveIntegerField(default=0)),
                ('by_category', models.JSONField(default=dict)),
                ('by_road', models.JSONField(default=dict)),
                ('by_member', models.JSONField(default=dict)),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='areas.area')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('area', 'day'), name='received_day_once_per_area')],
            },
        ),
    ]
