"""What the sweep has found and set right, pass by pass."""
