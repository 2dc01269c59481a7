from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('photos', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='photo',
            name='held_upload',
            field=models.FileField(blank=True, upload_to='', verbose_name='Upload that waits for its check'),
        ),
        migrations.AddField(
            model_name='photo',
            name='scan_state',
            field=models.CharField(choices=[('not_asked', 'Not asked'), ('clean', 'Clean'), ('waiting', 'Waiting to be checked'), ('infected', 'Infected')], default='not_asked', max_length=10, verbose_name='Malware check'),
        ),
        migrations.AddIndex(
            model_name='photo',
            index=models.Index(condition=models.Q(('scan_state', 'waiting')), fields=['uploaded_at'], name='photo_waiting'),
        ),
        migrations.AddConstraint(
            model_name='photo',
            constraint=models.CheckConstraint(condition=models.Q(('scan_state__in', ['not_asked', 'clean', 'waiting', 'infected'])), name='photo_scan_state'),
        ),
    ]
