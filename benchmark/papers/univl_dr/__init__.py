"""UniVL-DR (Liu et al., ICLR 2023): its Table 1, its claims, and its ablations."""

from pathlib import Path

from benchmark.papers.univl_dr.ablations import ABLATIONS
from benchmark.papers.univl_dr.claims import CLAIMS
from benchmark.papers.univl_dr.table1 import against_paper, table1
from benchmark.report.paper import Paper, PaperTable

FOLDER = Path(__file__).parent

PAPER = Paper(
    name="univl-dr",
    title="Universal Vision-Language Dense Retrieval: Learning A Unified Representation Space for "
    "Multi-Modal Retrieval (Liu et al., ICLR 2023)",
    tables={
        "table1": PaperTable(
            title="Table 1",
            says="The rows of the paper's Table 1, and the published figures beside ours.",
            make=table1,
            beside=against_paper,
        ),
    },
    published=[FOLDER / "published.toml"],
    claims=CLAIMS,
    ablations=ABLATIONS,
)
