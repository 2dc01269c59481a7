import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
        ('cases', '0004_fewer_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stage', models.CharField(choices=[('choosing', 'Columns to be named'), ('examining', 'Being looked through'), ('ready', 'Ready to be taken in'), ('importing', 'Being taken in'), ('done', 'Done'), ('stopped', 'Stopped'), ('discarded', 'Discarded')], max_length=12, verbose_name='Stage')),
                ('file_name', models.CharField(max_length=80, verbose_name='File')),
                ('file_kind', models.CharField(choices=[('csv', 'CSV'), ('xlsx', 'XLSX')], max_length=4)),
                ('encoding', models.CharField(blank=True, max_length=12)),
                ('delimiter', models.CharField(blank=True, max_length=1)),
                ('headers', models.JSONField(default=list)),
                ('positions', models.JSONField(default=dict)),
                ('row_count', models.PositiveIntegerField(default=0, verbose_name='Rows')),
                ('language', models.CharField(max_length=10)),
                ('uploaded_at', models.DateTimeField(verbose_name='Given at')),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('stopped_because', models.CharField(blank=True, choices=[('right_gone', 'Whoever started it may no longer take orders in here. Somebody who may can start it again.'), ('not_usable', 'Its columns or its area can no longer be used. Give the file again.')], max_length=12)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='import_runs', to='areas.area', verbose_name='Area')),
                ('started_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='Given by')),
            ],
            options={
                'ordering': ('-uploaded_at', '-pk'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='Line')),
                ('cells_sealed', models.TextField(blank=True, default='')),
                ('refusals_sealed', models.TextField(blank=True, default='')),
                ('digest', models.CharField(max_length=43)),
                ('outcome', models.CharField(choices=[('waiting', 'Not looked at yet'), ('fresh', 'New'), ('imported', 'Taken in'), ('present', 'Already there'), ('changed', 'Already there with other words'), ('refused', 'Cannot be taken')], default='waiting', max_length=10, verbose_name='Outcome')),
                ('is_broken', models.BooleanField(default=False)),
                ('source_key', models.CharField(blank=True, max_length=80)),
                ('area', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='areas.area')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='import_rows', to='cases.case')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='imports.importrun')),
            ],
            options={
                'ordering': ('run_id', 'line'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ColumnPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='Name')),
                ('columns', models.JSONField(default=dict)),
                ('changed_at', models.DateTimeField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='column_plans', to='areas.area')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-changed_at', '-pk'),
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('area', 'name'), name='column_plan_once_by_name')],
            },
        ),
        migrations.AddIndex(
            model_name='importrun',
            index=models.Index(fields=['area', '-uploaded_at'], name='imports_by_area'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['choosing', 'examining', 'ready', 'importing', 'done', 'stopped', 'discarded'])), name='import_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['importing', 'done']), _negated=True), ('started_by__isnull', False), _connector='OR'), name='import_started_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='importrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'stopped'), ('stopped_because__in', ['right_gone', 'not_usable'])), models.Q(models.Q(('stage', 'stopped'), _negated=True), ('stopped_because', '')), _connector='OR'), name='import_stopped_says_why'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['run', 'outcome', 'line'], name='import_rows_by_outcome'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['run', 'source_key'], name='import_rows_by_number'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('run', 'line'), name='import_line_once'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'fresh', 'imported', 'present', 'changed', 'refused'])), name='import_outcome_known'),
        ),
    ]
