"""The whole project on one machine: a control plane in moto, jobs and endpoints as real processes or containers."""
