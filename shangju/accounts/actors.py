"""Who sets the system up: an administrator who signed in, or whoever may run commands on the machine itself.

There is no "nobody means allowed": a service that sets something up takes ``by`` and says which role it
demands.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from shangju.accounts.models import Administrator, AdministratorRole, User
from shangju.core.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Somebody with a shell on the machine: whoever has that can write the database anyway.

    The audit trail then names no user, and the action's time is found in the machine's own log.
    """


COMMAND_LINE: Final = CommandLine()

Operator = User | CommandLine


def demand_administrator(by: Operator, *, role: AdministratorRole = AdministratorRole.SYSTEM) -> User | None:
    """Refuse everybody but the command line and an active administrator of ``role``; returns the actor
    to be recorded.

    Raises:
        NotAllowed: ``by`` holds another role or none, or was deactivated.
    """
    if isinstance(by, CommandLine):
        return None
    if by.is_active and Administrator.objects.filter(user=by, role=role).exists():
        return by
    raise NotAllowed(_("Only the %(role)s may do this.") % {"role": role.label})
