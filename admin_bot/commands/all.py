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
    faq_preview,
    folder_add,
    folder_list,
    group_add,
    group_edit,
    group_list,
    help,
    import_playbook,
    learn,
    library,
    library_add,
    library_assign,
    prompt,
    rule_add,
    rule_edit,
    rule_group,
    rule_list,
    rule_move,
    rule_off,
    rule_on,
    rule_preview,
    rule_test,
    setting,
    undo,
    word_add,
    word_edit,
    word_list,
    word_off,
    word_on,
    word_test,
)

COMMANDS: tuple[Command, ...] = tuple(
    module.COMMAND
    for module in (
        *(help, undo),
        *(rule_add, rule_list, rule_edit, rule_off, rule_on, rule_move, rule_group),
        *(rule_test, rule_preview),
        *(faq_add, faq_list, faq_edit, faq_off, faq_on, faq_preview, learn),
        *(library, library_add, library_assign, folder_add, folder_list),
        *(word_add, word_list, word_edit, word_off, word_on, word_test),
        *(prompt, setting, import_playbook, export_playbook),
        *(agent_add, agent_list, agent_off),
        *(group_add, group_list, group_edit),
    )
)
