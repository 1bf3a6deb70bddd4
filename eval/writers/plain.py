"""Writes a report as the plain text in which reports are shared."""

from __future__ import annotations

from eval.writers.blocks import Block, Grid, number_items, place_cells


def write_text(blocks: tuple[Block, ...]) -> str:
    """The report as plain text: a block a line; of a table each cell a line that begins with a tab.

    An empty line ends the row and one more the table. The continuation of a cell from the row above is an empty cell;
    a cell over several columns is written once.
    """
    lines: list[str] = []
    for block, number in zip(blocks, number_items(blocks), strict=True):
        if isinstance(block, Grid):
            for row in place_cells(block):
                lines += ["\t" + ("" if slot.continued else slot.cell.text) for slot in row]
                lines.append("")
            lines.append("")
        else:
            lines.append((number.text if number else "") + block.text)
    return "\n".join(lines) + "\n"
