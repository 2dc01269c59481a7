"""附议: who else has met it; how many, and the priority that follows, on the case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('cases', '0005_full_moves'),
        ('categories', '0001_initial'),
        ('parties', '0001_initial'),
        ('posts', '0002_terms_do_not_overlap'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tracking_print', models.CharField(max_length=43)),
                ('tracking_code', models.TextField()),
                ('key', models.CharField(max_length=100)),
                ('device_print', models.CharField(blank=True, max_length=43)),
                ('phone_print', models.CharField(blank=True, max_length=43)),
                ('name', models.TextField(blank=True, default='', verbose_name='Name')),
                ('phone', models.TextField(blank=True, default='', verbose_name='Phone')),
                ('consent_version', models.CharField(blank=True, max_length=20)),
                ('words', models.TextField(blank=True, max_length=4000, verbose_name='What they said')),
                ('is_counted', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ('case_id', 'pk'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='case',
            name='me_too_count',
            field=models.PositiveIntegerField(default=0, verbose_name='Others who have met it'),
        ),
        migrations.AddField(
            model_name='case',
            name='priority',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='Priority'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('is_open', True), ('me_too_count__gt', 0)), fields=['-priority', '-id'], name='open_met_by_others'),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='cases.case'),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='entered_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='endorsement',
            name='user',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(fields=['case', 'id'], name='endorsements_of_case'),
        ),
        migrations.AddIndex(
            model_name='endorsement',
            index=models.Index(condition=models.Q(('user__isnull', False)), fields=['user', '-id'], name='endorsements_of_user'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(fields=('tracking_print',), name='endorsement_code_once'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(fields=('key',), name='endorsement_key_once'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('device_print', ''), _negated=True)), fields=('case', 'device_print'), name='me_too_once_per_device'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False), ('withdrawn_at__isnull', True)), fields=('case', 'user'), name='me_too_once_per_account'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('phone_print', ''), _negated=True)), fields=('case', 'phone_print'), name='me_too_once_per_phone'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('device_print', ''), _negated=True), models.Q(('phone_print', ''), _negated=True), ('user__isnull', False), ('withdrawn_at__isnull', False), _connector='OR'), name='me_too_of_somebody'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at__isnull', True), models.Q(('is_counted', False), ('phone_print', '')), _connector='OR'), name='withdrawn_me_too_is_empty'),
        ),
    ]
