import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='LadderRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rung', models.CharField(choices=[('orange', 'The light turns orange'), ('red', 'The deadline passes'), ('purple', 'The light turns purple'), ('second', 'Still nothing after the first climb'), ('third', 'Still nothing after the second climb')], max_length=10, verbose_name='When')),
                ('action', models.CharField(choices=[('nothing', 'Nothing'), ('remind', 'Remind'), ('urge', 'Urge'), ('escalate', 'Escalate one tier')], max_length=10, verbose_name='What is done')),
                ('after_working_days', models.PositiveSmallIntegerField(default=0, verbose_name='Working days later')),
                ('receivers', models.JSONField(default=list, verbose_name='Who hears of it')),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ladder_rules', to='areas.area', verbose_name='Sub-district')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('area', 'rung'), name='one_rule_per_rung'), models.CheckConstraint(condition=models.Q(('rung__in', ['orange', 'red', 'purple', 'second', 'third'])), name='ladder_rung_known'), models.CheckConstraint(condition=models.Q(('action__in', ['nothing', 'remind', 'urge', 'escalate'])), name='ladder_action_known'), models.CheckConstraint(condition=models.Q(('after_working_days__lte', 30)), name='ladder_within_thirty_days')],
            },
        ),
        migrations.CreateModel(
            name='SupervisionLimits',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dormant_days', models.PositiveSmallIntegerField(verbose_name='Dormant after days without progress')),
                ('long_pause_days', models.PositiveSmallIntegerField(verbose_name='A pause is long after days')),
                ('closes_unreachable', models.BooleanField(verbose_name='End a case by itself seven days after its result when nobody could be reached')),
                ('area', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supervision_limits', to='areas.area', verbose_name='Sub-district')),
            ],
            options={
                'base_manager_name': 'objects',
                'constraints': [models.CheckConstraint(condition=models.Q(('dormant_days__gte', 1), ('long_pause_days__gte', 1)), name='limits_are_limits')],
            },
        ),
    ]
