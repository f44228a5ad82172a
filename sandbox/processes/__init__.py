"""Child processes: how they are started, what they see of this machine, and how they end."""
