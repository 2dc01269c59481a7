
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Retention, its runs, and requests about one's own data."""

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
        ('cases', '0005_full_moves'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('correction', 'Correct my contact'), ('contact_deletion', 'Delete my contact'), ('account_deletion', 'Delete my account')], max_length=20, verbose_name='What is asked')),
                ('state', models.CharField(choices=[('received', 'Received'), ('in_hand', 'In hand'), ('granted', 'Granted'), ('refused', 'Refused'), ('told', 'Answered, and the person was told')], default='received', max_length=20, verbose_name='State')),
                ('area_path', models.CharField(max_length=200)),
                ('words', models.TextField(blank=True, default='', verbose_name="In the person's words")),
                ('new_name', models.TextField(blank=True, default='', verbose_name='Name')),
                ('new_phone', models.TextField(blank=True, default='', verbose_name='Phone')),
                ('received_at', models.DateTimeField(verbose_name='Received')),
                ('due_at', models.DateTimeField(verbose_name='Due')),
                ('yellow_at', models.DateTimeField()),
                ('orange_at', models.DateTimeField()),
                ('purple_at', models.DateTimeField()),
                ('explanation', models.JSONField(default=list)),
                ('refusal', models.CharField(blank=True, choices=[('still_needed', 'The matter is not ended, and the data is needed for it (PIPL §47 no. 1)'), ('kept_by_law', 'A period of keeping set by law has not run out (PIPL §47)'), ('claim_pending', 'The data is needed to bring or to answer a legal claim (Civil Code §188)'), ('not_proven', "It could not be shown that the data is the asker's own (PIPL §50)"), ('already_right', 'Checked as PIPL §46 asks: the data is right as it stands')], max_length=20, verbose_name='Legal reason')),
                ('answer', models.TextField(blank=True, default='', verbose_name='Answer')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='Answered')),
                ('told_at', models.DateTimeField(null=True, verbose_name='Told')),
                ('emptied_at', models.DateTimeField(null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to='cases.case')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='data_requests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('due_at', 'pk'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DataRequestEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('receive', 'Receive'), ('take', 'Take in hand'), ('grant', 'Grant'), ('refuse', 'Refuse'), ('tell', 'Tell the person')], max_length=20)),
                ('from_state', models.CharField(blank=True, max_length=20)),
                ('to_state', models.CharField(choices=[('received', 'Received'), ('in_hand', 'In hand'), ('granted', 'Granted'), ('refused', 'Refused'), ('told', 'Answered, and the person was told')], max_length=20)),
                ('post_name', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='privacy.datarequest')),
            ],
            options={
                'ordering': ('request_id', 'pk'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('case_contact', 'Contact data of reporters'), ('case_words', 'Words of reporters'), ('notice_content', 'Contents and recipients of notices'), ('contact_looks', 'Who looked at a contact, and why'), ('submission_keys', 'Keys against double submissions'), ('sessions', 'Ended sign-ins, with the codes sent for them'), ('sign_in_attempts', 'Failed and successful sign-ins'), ('audit', 'Audit trail'), ('data_requests', "Words and addresses in requests about one's data")], max_length=20, verbose_name='What')),
                ('days', models.PositiveIntegerField(verbose_name='Days')),
                ('reason', models.CharField(choices=[('statutory_duty', 'Needed for a duty by law (PIPL §13 and §34), no longer than necessary (§19)'), ('claims', 'A claim can be brought for three years (Civil Code §188)'), ('archive', "Record of a public matter (Archives Law); the archive's own list decides"), ('network_logs', 'Logs are kept six months at least (Cybersecurity Law §21)'), ('records_of_handling', 'Records of how data was handled are kept three years (PIPL §56)')], max_length=30, verbose_name='Legal reason')),
            ],
            options={
                'ordering': ('pk',),
                'constraints': [models.UniqueConstraint(fields=('kind',), name='one_rule_per_kind'), models.CheckConstraint(condition=models.Q(('kind__in', ['case_contact', 'case_words', 'notice_content', 'contact_looks', 'submission_keys', 'sessions', 'sign_in_attempts', 'audit', 'data_requests'])), name='retention_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('prepared', 'Prepared: nothing has gone yet'), ('confirmed', 'Being carried out'), ('done', 'Carried out'), ('discarded', 'Discarded')], default='prepared', max_length=20, verbose_name='State')),
                ('terms', models.JSONField(default=dict)),
                ('as_of', models.DateTimeField(verbose_name='As of')),
                ('confirmed_at', models.DateTimeField(null=True, verbose_name='Confirmed')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='Finished')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('prepared_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-as_of', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='RetentionCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('case_contact', 'Contact data of reporters'), ('case_words', 'Words of reporters'), ('notice_content', 'Contents and recipients of notices'), ('contact_looks', 'Who looked at a contact, and why'), ('submission_keys', 'Keys against double submissions'), ('sessions', 'Ended sign-ins, with the codes sent for them'), ('sign_in_attempts', 'Failed and successful sign-ins'), ('audit', 'Audit trail'), ('data_requests', "Words and addresses in requests about one's data")], max_length=20)),
                ('found', models.PositiveIntegerField(default=0, verbose_name='Found')),
                ('removed', models.PositiveIntegerField(default=0, verbose_name='Removed')),
                ('samples', models.JSONField(default=list)),
                ('subdistrict', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='privacy.retentionrun')),
            ],
            options={
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='CaseErasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('case_contact', 'Contact data of reporters'), ('case_words', 'Words of reporters')], max_length=20)),
                ('cause', models.CharField(choices=[('retention', 'Its time had come'), ('own_wish', 'The reporter wished it'), ('request', 'A request was granted')], max_length=20)),
                ('days', models.PositiveIntegerField(null=True)),
                ('removed', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='cases.case')),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='privacy.datarequest')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='privacy.retentionrun')),
            ],
            options={
                'ordering': ('at', 'pk'),
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='datarequest',
            index=models.Index(condition=models.Q(('state__in', ('received', 'in_hand'))), fields=['due_at'], name='open_data_requests'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['received', 'in_hand', 'granted', 'refused', 'told'])), name='data_request_state_known'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('case__isnull', False), ('user__isnull', False), _connector='OR'), name='data_request_is_somebodys'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('state__in', ('received', 'in_hand'))), models.Q(('state__in', ('received', 'in_hand')), _negated=True), _connector='OR'), name='open_request_unanswered'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('refusal', ''), _negated=True), _connector='OR'), name='refusal_names_its_reason'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('received_at'))), name='data_request_due_after_received'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', False), ('state__in', ('received', 'in_hand'))), fields=('case', 'kind'), name='one_open_request_per_case'),
        ),
        migrations.AddConstraint(
            model_name='datarequest',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', True), ('state__in', ('received', 'in_hand'))), fields=('user', 'kind'), name='one_open_request_per_user'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['prepared', 'confirmed', 'done', 'discarded'])), name='retention_run_state_known'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['confirmed', 'done']), _negated=True), ('confirmed_at__isnull', False), _connector='OR'), name='confirmed_before_carried_out'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state', 'done')), models.Q(models.Q(('state', 'done'), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='run_done_when_finished'),
        ),
        migrations.AddConstraint(
            model_name='retentionrun',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('state',), name='one_run_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='retentioncount',
            constraint=models.UniqueConstraint(fields=('run', 'kind', 'subdistrict'), name='one_count_per_subdistrict'),
        ),
        migrations.AddConstraint(
            model_name='retentioncount',
            constraint=models.UniqueConstraint(condition=models.Q(('subdistrict__isnull', True)), fields=('run', 'kind'), name='one_count_without_area'),
        ),
        migrations.AddConstraint(
            model_name='caseerasure',
            constraint=models.UniqueConstraint(condition=models.Q(('cause', 'retention')), fields=('case', 'kind'), name='retained_once'),
        ),
        migrations.AddConstraint(
            model_name='caseerasure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cause', 'retention'), ('days__isnull', False), ('run__isnull', False)), models.Q(models.Q(('cause', 'retention'), _negated=True), ('request__isnull', False), ('run__isnull', True)), _connector='OR'), name='erasure_has_its_ground'),
        ),
    ]
