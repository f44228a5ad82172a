"""Who takes part in a job: its hosts, and the processes of each."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Crew:
    """All processes of a job, and which of them this one is. Process 0 of the first host leads."""

    hosts: Sequence[str]
    """In the same order on each host."""
    processes: int
    """Of each host."""
    host: int = 0
    """The number of this host."""
    local: int = 0
    """The number of this process on its host; number 0 is the one that the container was started with."""

    @property
    def rank(self) -> int:
        """The number of this process in the job."""
        return self.host * self.processes + self.local

    @property
    def size(self) -> int:
        """How many processes the job has."""
        return len(self.hosts) * self.processes

    @property
    def heads_host(self) -> bool:
        """Whether this process answers for its host: starts the others there, and writes its failure file."""
        return self.local == 0

    def name(self, rank: int) -> str:
        """What a person calls this process."""
        host, local = self.hosts[rank // self.processes], rank % self.processes
        if len(self.hosts) == 1:
            return f"training process {local}"
        return f"training process {local} of host {host}" if local else f"host {host}"
