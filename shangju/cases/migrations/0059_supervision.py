import django.db.models.deletion
from django.db import migrations, models


def number_orders(apps, schema_editor):
    """Orders from before they had numbers get theirs in the order in which they were issued."""
    orders = apps.get_model("cases", "SupervisionOrder").objects.order_by("event_id").select_related("case", "event")
    series = apps.get_model("cases", "NumberSeries").objects
    for order in orders:
        year = order.event.at.year
        prefix = order.case.number.split("-")[0][:-2]
        row, _made = series.get_or_create(key=f"{prefix}{year % 100:02}S")
        row.last += 1
        row.save()
        order.number = f"{prefix}督〔{year}〕{row.last}号"
        order.save()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0058_minors'),
    ]

    operations = [
        migrations.CreateModel(
            name='Coordination',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_at', models.DateTimeField(verbose_name='Held at')),
                ('place_note', models.CharField(blank=True, max_length=80, verbose_name='Where')),
                ('units', models.CharField(max_length=300, verbose_name='Units present')),
                ('account', models.TextField(max_length=2000, verbose_name='What was said')),
                ('agreed', models.TextField(max_length=1000, verbose_name='What was agreed')),
                ('tasks', models.JSONField(default=list, verbose_name='Who does what')),
            ],
            options={
                'ordering': ('case_id', 'event_id'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='LadderMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('accept', 'Acceptance'), ('sign', 'Signing for the case'), ('first_contact', 'First contact'), ('made_safe', 'On site and made safe'), ('close', 'Closing'), ('call_back', 'Call-back')], max_length=20)),
                ('due_at', models.DateTimeField()),
                ('rung', models.CharField(choices=[('orange', 'The light turns orange'), ('red', 'The deadline passes'), ('purple', 'The light turns purple'), ('second', 'Still nothing after the first climb'), ('third', 'Still nothing after the second climb')], max_length=10)),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'ordering': ('case_id', 'event_id'),
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='supervisionorder',
            name='number',
            field=models.CharField(max_length=24, null=True, verbose_name='Number'),
        ),
        migrations.RunPython(number_orders, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='supervisionorder',
            name='number',
            field=models.CharField(max_length=24, unique=True, verbose_name='Number'),
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='kind',
            field=models.CharField(choices=[('register', 'Register'), ('accept', 'Accept'), ('decline', 'Decline'), ('refer', 'Refer to the legal channel'), ('answer_directly', 'Answer directly'), ('dispatch', 'Dispatch'), ('sign', 'Sign for it'), ('change_assistants', 'Change who assists'), ('ask_return', 'Ask to return it'), ('grant_return', 'Grant the return'), ('ask_pause', 'Ask for a pause'), ('grant_pause', 'Grant the pause'), ('resume', 'End the pause'), ('ask_extension', 'Ask for an extension'), ('grant_extension', 'Grant the extension'), ('ask_reveal', 'Ask for a look at the contact'), ('grant_reveal', 'Allow the look'), ('refuse', 'Refuse what was asked'), ('contact', 'Record a contact'), ('visit', 'Record a visit'), ('find_cause', 'Record the finding'), ('mediate', 'Record a mediation'), ('resolve', 'Report it resolved'), ('confirm', 'Confirm the result'), ('reopen', 'Reopen'), ('close_unreachable', 'Close: reporter not reached'), ('withdraw', 'Withdraw'), ('add_words', 'Add words'), ('answer_as_party', 'Answer as the party concerned'), ('merge', 'Merge into another case'), ('unmerge', 'Undo the merge'), ('take_in', 'Another case was merged into this one'), ('let_go', 'A merged case stands alone again'), ('follow', 'News of the case it was merged into'), ('hear', 'Words from a merged case'), ('split', 'Split into parts'), ('part_ended', 'A part has ended'), ('remind', 'Remind'), ('urge', 'Urge'), ('supervise', 'Issue a supervision order'), ('reply', 'Reply to the supervision order'), ('escalate', 'Escalate to the next tier'), ('convene', 'Bring the units together'), ('protect', 'Change who may see it'), ('recuse', 'Step aside: I have a stake in it')], max_length=30),
        ),
        migrations.AddIndex(
            model_name='supervisionorder',
            index=models.Index(condition=models.Q(('replied_at__isnull', True)), fields=['reply_by', 'id'], name='orders_without_reply'),
        ),
        migrations.AddField(
            model_name='coordination',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='coordination',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddField(
            model_name='laddermark',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)ss', to='cases.case'),
        ),
        migrations.AddField(
            model_name='laddermark',
            name='event',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='cases.caseevent'),
        ),
        migrations.AddIndex(
            model_name='laddermark',
            index=models.Index(fields=['rung', 'made_at'], name='marks_by_rung'),
        ),
        migrations.AddConstraint(
            model_name='laddermark',
            constraint=models.UniqueConstraint(fields=('case', 'step', 'due_at', 'rung'), name='rung_once_per_promise'),
        ),
        migrations.AddConstraint(
            model_name='laddermark',
            constraint=models.CheckConstraint(condition=models.Q(('rung__in', ['orange', 'red', 'purple', 'second', 'third'])), name='rung_known'),
        ),
    ]
