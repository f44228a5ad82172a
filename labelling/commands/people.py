"""The commands of the work team: who may label."""

import argparse

from labelling.commands.options import Commands, add_account, add_command, add_stack, clients_of
from labelling.team import Team, invite, remove, team_of_stack, workers


def add_people_commands(commands: Commands) -> None:
    """`invite`, `workers` and `remove`."""
    command = add_command(commands, "invite", "invite people to the work team by e-mail", _invite)
    command.add_argument("email", nargs="+", help="address of somebody who is to label")
    add_stack(command)
    add_account(command)

    command = add_command(commands, "workers", "list the people of the work team", _workers)
    add_stack(command)
    add_account(command)

    command = add_command(commands, "remove", "take people out of the work team; their labels stay", _remove)
    command.add_argument("email", nargs="+", help="address of somebody of the team")
    command.add_argument("--delete", action="store_true", help="delete their accounts too")
    add_stack(command)
    add_account(command)


def _invite(given: argparse.Namespace) -> None:
    clients = clients_of(given)
    team = team_of_stack(clients, given.stack)
    for worker in invite(clients("cognito-idp"), team, given.email):
        print(f"{worker.email}: {worker.status}")
    _tell_portal(team)


def _workers(given: argparse.Namespace) -> None:
    clients = clients_of(given)
    team = team_of_stack(clients, given.stack)
    found = workers(clients("cognito-idp"), team)
    for worker in found:
        print(f"{worker.email}: {worker.status}")
    if not found:
        print(f"Nobody is of the work team {team.name}: invite somebody.")
    _tell_portal(team)


def _remove(given: argparse.Namespace) -> None:
    clients = clients_of(given)
    remove(clients("cognito-idp"), team_of_stack(clients, given.stack), given.email, given.delete)
    print(f"removed: {', '.join(given.email)}")


def _tell_portal(team: Team) -> None:
    """Cognito's message does not name the portal."""
    if team.portal:
        print(f"They sign in and label at {team.portal}")
