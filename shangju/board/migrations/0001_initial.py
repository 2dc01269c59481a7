"""The public board."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
        ('cases', '0041_priority_of_open_cases'),
        ('categories', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_path', models.CharField(max_length=200)),
                ('place', models.CharField(blank=True, max_length=40, verbose_name='Road or lane')),
                ('outcome', models.CharField(choices=[('solved', 'Solved'), ('partly', 'Partly solved'), ('explained', 'Explained'), ('not_now', 'Not now, planned')], max_length=20, verbose_name='Outcome')),
                ('days_taken', models.PositiveSmallIntegerField(verbose_name='Days taken')),
                ('ended_on', models.DateField(verbose_name='Result on')),
                ('result', models.CharField(max_length=300, verbose_name='What was done')),
                ('stage', models.CharField(choices=[('proposed', 'Waiting for the second look'), ('published', 'On the board'), ('taken_down', 'Taken down')], default='proposed', max_length=12, verbose_name='Stage')),
                ('proposed_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('taken_down_at', models.DateTimeField(null=True)),
                ('taken_down_reason', models.CharField(blank=True, max_length=120, verbose_name='Why it was taken down')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='cases.case')),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='categories.category', verbose_name='Category')),
                ('checked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('community', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area', verbose_name='Community')),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subdistrict', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
            ],
            options={
                'ordering': ('-proposed_at', '-pk'),
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('stage', 'published')), fields=['-published_at', '-id'], name='board_newest'), models.Index(condition=models.Q(('stage', 'published')), fields=['community', '-published_at', '-id'], name='board_of_community'), models.Index(fields=['case', '-id'], name='publications_of_case'), models.Index(condition=models.Q(('stage', 'proposed')), fields=['proposed_at', 'id'], name='board_proposals')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('stage', 'taken_down'), _negated=True), fields=('case',), name='one_publication_per_case'), models.CheckConstraint(condition=models.Q(('stage__in', ['proposed', 'published', 'taken_down'])), name='publication_stage_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ['solved', 'partly', 'explained', 'not_now'])), name='publication_outcome_known'), models.CheckConstraint(condition=models.Q(('result', ''), _negated=True), name='publication_says_what_was_done'), models.CheckConstraint(condition=models.Q(('checked_by__isnull', True), models.Q(('checked_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='second_look_by_another'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'published'), _negated=True), models.Q(('checked_by__isnull', False), ('published_at__isnull', False), ('taken_down_at__isnull', True)), _connector='OR'), name='published_was_checked'), models.CheckConstraint(condition=models.Q(models.Q(('stage', 'taken_down'), _negated=True), models.Q(('taken_down_at__isnull', False), models.Q(('taken_down_reason', ''), _negated=True)), _connector='OR'), name='taken_down_says_why')],
            },
        ),
    ]
