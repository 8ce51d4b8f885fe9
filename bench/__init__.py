"""What Setpiece costs, each figure beside a plain hand-written Temporal workflow in the same run (design.md, 11)."""
