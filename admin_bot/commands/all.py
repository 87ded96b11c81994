"""Every command that this folder holds, in the order of the help."""

from admin_bot.command import Command
from admin_bot.commands import (
    agent_add,
    agent_list,
    agent_off,
    export_playbook,
    faq_add,
    faq_edit,
    faq_list,
    faq_off,
    faq_on,
    group_add,
    group_edit,
    group_list,
    help,
    import_playbook,
    prompt,
    rule_add,
    rule_edit,
    rule_list,
    rule_off,
    rule_on,
    rule_test,
)

COMMANDS: tuple[Command, ...] = tuple(
    module.COMMAND
    for module in (
        *(help,),
        *(rule_add, rule_list, rule_edit, rule_off, rule_on, rule_test),
        *(faq_add, faq_list, faq_edit, faq_off, faq_on),
        *(prompt, import_playbook, export_playbook),
        *(agent_add, agent_list, agent_off),
        *(group_add, group_list, group_edit),
    )
)
