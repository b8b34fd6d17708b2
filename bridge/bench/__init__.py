"""What `vasa bench` measures: each of these files is a bench, which starts daemons of its own and gives figures."""

BENCHES = ("speak", "push", "interrupt", "speaking", "idle", "transport", "drift", "memory", "soak")
"""In this order; each has `run(plan) -> list[Figure]`."""
