"""UniVL-DR (Liu et al., ICLR 2023)."""
