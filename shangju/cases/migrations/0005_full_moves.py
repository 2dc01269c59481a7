"""The full table of moves: requests and decisions, pauses, extensions, orders, cases that hang together."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('areas', '0001_initial'),
        ('cases', '0004_fewer_indexes'),
        ('categories', '0001_initial'),
        ('parties', '0001_initial'),
        ('photos', '0001_initial'),
        ('posts', '0002_terms_do_not_overlap'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Approval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('return', 'Return to the dispatcher'), ('pause', 'Pause'), ('extension', 'Extension')], max_length=20, verbose_name='What is asked')),
                ('state', models.CharField(choices=[('asked', 'Waiting for a decision'), ('granted', 'Granted'), ('refused', 'Refused'), ('lapsed', 'Lapsed')], default='asked', max_length=20, verbose_name='State')),
                ('is_beyond', models.BooleanField(default=False, verbose_name='For the task force')),
                ('reason', models.TextField(max_length=1000, verbose_name='Reason')),
                ('pause_reason', models.CharField(blank=True, choices=[('reporter_absent', 'The reporter asked to wait'), ('parts', 'Material or spare parts are on the way'), ('works', 'Works that take their time are under way'), ('other_authority', 'Another authority must decide first'), ('appraisal', 'A measurement or appraisal is being made'), ('proceedings', 'Legal proceedings run'), ('weather', 'Weather or season')], max_length=20, verbose_name='Reason of the pause')),
                ('until', models.DateTimeField(null=True, verbose_name='Until')),
                ('amount', models.PositiveIntegerField(null=True, verbose_name='How much longer')),
                ('asked_at', models.DateTimeField(verbose_name='Asked')),
                ('decided_at', models.DateTimeField(null=True, verbose_name='Decided')),
            ],
            options={
                'ordering': ('asked_at', 'pk'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ClockExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('amount', models.PositiveIntegerField(verbose_name='How much longer')),
                ('clock', models.CharField(max_length=20)),
                ('reason', models.CharField(max_length=1000, verbose_name='Reason')),
                ('old_due_at', models.DateTimeField(verbose_name='Due before')),
                ('new_due_at', models.DateTimeField(verbose_name='Due now')),
            ],
            options={
                'ordering': ('case_id', 'event_id'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ClockPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(choices=[('reporter_absent', 'The reporter asked to wait'), ('parts', 'Material or spare parts are on the way'), ('works', 'Works that take their time are under way'), ('other_authority', 'Another authority must decide first'), ('appraisal', 'A measurement or appraisal is being made'), ('proceedings', 'Legal proceedings run'), ('weather', 'Weather or season')], max_length=20, verbose_name='Reason')),
                ('starts_at', models.DateTimeField(verbose_name='From')),
                ('until', models.DateTimeField(verbose_name='Until')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='Ended')),
            ],
            options={
                'ordering': ('case_id', 'event_id'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SupervisionOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('demand', models.TextField(max_length=1000, verbose_name='Demand')),
                ('reply_by', models.DateField(verbose_name='Reply by')),
                ('reply', models.TextField(blank=True, max_length=2000, verbose_name='Reply')),
                ('replied_at', models.DateTimeField(null=True, verbose_name='Replied')),
            ],
            options={
                'ordering': ('case_id', 'event_id'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.RemoveConstraint(
            model_name='caseclock',
            name='one_clock_per_step_and_round',
        ),
        migrations.AddField(
            model_name='case',
            name='extension_count',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='case',
            name='is_joined',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='case',
            name='merged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='merged_into',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_cases', to='cases.case'),
        ),
        migrations.AddField(
            model_name='case',
            name='open_orders',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='Orders without a reply'),
        ),
        migrations.AddField(
            model_name='case',
            name='part_number',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='part_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='cases.case'),
        ),
        migrations.AddField(
            model_name='case',
            name='paused_until',
            field=models.DateTimeField(null=True, verbose_name='Paused until'),
        ),
        migrations.AddField(
            model_name='case',
            name='state_before_merge',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='case',
            name='tier',
            field=models.CharField(blank=True, choices=[('community', 'Community'), ('subdistrict', 'Sub-district in charge'), ('committee', 'Working committee')], max_length=20, verbose_name='Responsible tier'),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('register', 'Register'), ('accept', 'Accept'), ('decline', 'Decline'), ('refer', 'Refer to the legal channel'), ('answer_directly', 'Answer directly'), ('dispatch', 'Dispatch'), ('sign', 'Sign for it'), ('change_assistants', 'Change who assists'), ('ask_return', 'Ask to return it'), ('grant_return', 'Grant the return'), ('ask_pause', 'Ask for a pause'), ('grant_pause', 'Grant the pause'), ('resume', 'End the pause'), ('ask_extension', 'Ask for an extension'), ('grant_extension', 'Grant the extension'), ('refuse', 'Refuse what was asked'), ('contact', 'Record a contact'), ('visit', 'Record a visit'), ('find_cause', 'Record the finding'), ('mediate', 'Record a mediation'), ('resolve', 'Report it resolved'), ('confirm', 'Confirm the result'), ('reopen', 'Reopen'), ('close_unreachable', 'Close: reporter not reached'), ('withdraw', 'Withdraw'), ('add_words', 'Add words'), ('answer_as_party', 'Answer as the party concerned'), ('merge', 'Merge into another case'), ('unmerge', 'Undo the merge'), ('take_in', 'Another case was merged into this one'), ('let_go', 'A merged case stands alone again'), ('follow', 'News of the case it was merged into'), ('hear', 'Words from a merged case'), ('split', 'Split into parts'), ('part_ended', 'A part has ended'), ('urge', 'Urge'), ('supervise', 'Issue a supervision order'), ('reply', 'Reply to the supervision order'), ('escalate', 'Escalate to the next tier')], max_length=30),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='role',
            field=models.CharField(choices=[('dispatcher', 'Dispatcher of the area'), ('handler', 'Lead handler'), ('assistant', 'Assisting handler'), ('caller', 'Call-back by staff who did not handle it'), ('supervisor', 'Supervisor'), ('task_force', 'Task force'), ('reporter', 'Reporter'), ('party', 'Party concerned'), ('party_handler', 'Member party that handles it'), ('system', 'System')], max_length=20),
        ),
        migrations.AlterField(
            model_name='casephoto',
            name='photo',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='case_photos', to='photos.photo'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='cases_merged_into'),
        ),
        migrations.AddIndex(
            model_name='caseclock',
            index=models.Index(fields=['case', 'round'], name='clocks_of_case'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_at__isnull', False), ('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_at__isnull', True), ('merged_into__isnull', True), ('state_before_merge', '')), _connector='OR'), name='merged_into_a_case'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='not_merged_into_itself'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('part_number__isnull', True), ('part_of__isnull', True)), models.Q(('part_number__gte', 1), ('part_number__lte', 10), ('part_of__isnull', False)), _connector='OR'), name='part_has_its_number'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('part_of__isnull', False)), fields=('part_of', 'part_number'), name='part_number_once'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('return_count__lte', 2)), name='returned_twice_at_most'),
        ),
        migrations.AddConstraint(
            model_name='caseclock',
            constraint=models.UniqueConstraint(condition=models.Q(('stopped_at__isnull', True)), fields=('case', 'step'), name='one_running_clock_per_step'),
        ),
        migrations.AddConstraint(
            model_name='casephoto',
            constraint=models.UniqueConstraint(fields=('case', 'photo'), name='photo_once_per_case'),
        ),
        migrations.AddField(
            model_name='approval',
            name='asked_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approval',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='approval',
            name='decided_event',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decided_approval', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='approval',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='clockextension',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='clockextension',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='clockpause',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='clockpause',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='supervisionorder',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='supervisionorder',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='supervisionorder',
            name='replied_event',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answered_order', to='cases.caseevent'),
        ),
        migrations.AddIndex(
            model_name='approval',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['is_beyond', 'asked_at'], name='approvals_waiting'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('case', 'kind'), name='asked_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['return', 'pause', 'extension'])), name='approval_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'asked')), models.Q(('decided_at__isnull', False), ('state__in', ['granted', 'refused', 'lapsed'])), _connector='OR'), name='approval_decided_when_over'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'pause'), _negated=True), ('until__isnull', False), _connector='OR'), name='pause_asked_until'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'extension'), _negated=True), ('amount__gte', 1), _connector='OR'), name='extension_asked_for_some'),
        ),
        migrations.AddConstraint(
            model_name='clockextension',
            constraint=models.CheckConstraint(condition=models.Q(('new_due_at__gte', models.F('old_due_at'))), name='extended_not_shortened'),
        ),
        migrations.AddConstraint(
            model_name='clockextension',
            constraint=models.CheckConstraint(condition=models.Q(('clock__in', ['continuous', 'working_hours', 'working_days', 'calendar_days'])), name='extension_clock_known'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('starts_at'))), name='pause_has_a_length'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), models.Q(('ended_at__gte', models.F('starts_at')), ('ended_at__lte', models.F('until'))), _connector='OR'), name='pause_ends_within_itself'),
        ),
        migrations.AddConstraint(
            model_name='supervisionorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('replied_at__isnull', True), ('reply', '')), models.Q(('replied_at__isnull', False), models.Q(('reply', ''), _negated=True)), _connector='OR'), name='order_replied_in_writing'),
        ),
    ]
