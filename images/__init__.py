"""The three container images: their locks, builds, bills of materials and audits."""
