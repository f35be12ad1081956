"""Runs the README's example in the folder that holds README.md and data/."""

import re
from pathlib import Path

code = re.search(r"```python\n(.+?)```", Path("README.md").read_text(), re.DOTALL).group(1)
names = {}
exec(code, names)
assert len(names["crops"]) == len(names["boxes"]) >= 1000
assert names["colors"].shape == (6, 3)
print(f"The README's example cut {len(names['crops']):,} words")
