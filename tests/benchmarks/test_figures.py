"""The tables say what was measured, and nothing else; runs with the other tests."""

from tests.benchmarks.figures import FIGURES, FOOTNOTE, table
from tests.benchmarks.peers.compare import Figures
from tests.benchmarks.peers.table import peers_table

SAMPLED = "test_a_melody_is_sampled[cpu-2]"
READ = "test_a_file_of_4000_notes_is_read[cpu-{}]"


def measured(**medians_seconds):
    return {
        "machine_info": {"circumstances": "2 cores"},
        "benchmarks": [
            {"name": name, "stats": {"median": median}, "extra_info": {}}
            for name, median in medians_seconds.items()
        ],
    }


def peers(**changes):
    ours = Figures("Segue", "1.0", install_mb=100.0, start_seconds=0.5)
    theirs = Figures("IMPSY", "1.2.1", install_mb=2000.0, **changes)
    return peers_table([vars(ours), vars(theirs)], "2 cores")


def test_what_was_not_measured_has_no_row():
    assert table(measured()).splitlines()[2:] == ["", "2 cores."]


def test_a_ratio_is_how_often_ours_goes_into_the_best_of_the_peer():
    assert "| 2.00 ms | MusicVAE in magenta-js, CPU: 190-221 ms * | 95x |" in table(
        measured(**{SAMPLED: 0.002})
    )


def test_a_figure_of_another_day_has_a_footnote():
    assert FOOTNOTE in table(measured(**{SAMPLED: 0.002}))


def test_a_peer_of_the_same_run_has_none():
    both = {READ.format("segue"): 0.01, READ.format("mido"): 0.025}
    written = table(measured(**both))
    assert "| 10.0 ms | mido: 25.0 ms | 2.5x |" in written
    assert FOOTNOTE not in written


def test_a_worst_case_tells_how_many_it_is_the_worst_of():
    jitter = measured(**{"test_note_ons_come_in_time[busy]": 40.0})
    jitter["benchmarks"][0]["extra_info"] = {"p99_us": 9.0, "max_us": 12.0, "measured": 480}
    assert "| the same with every core busy, worst | 12.0 us (n = 480) |" in table(jitter)


def test_every_row_names_a_benchmark_that_exists(request):
    here = request.path.parent
    written = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_*.py"))
    names = {f"test_{figure.benchmark}".partition("[")[0] for figure in FIGURES}
    assert {name for name in names if f"def {name}(" not in written} == set()


def test_a_peer_stands_beside_us_with_its_version_and_ratio():
    written = peers(start_seconds=2.0)
    assert "| | Segue | IMPSY 1.2.1 | ratio |" in written
    assert "| 0.50 s | 2.00 s | 4.0x |" in written


def test_a_peer_that_could_not_be_measured_says_why():
    written = peers(trouble="no matching distribution")
    assert "| 0.50 s | not measured |  |" in written
    assert "IMPSY not measured: no matching distribution\n" in written


def test_a_table_tells_what_its_figures_depend_on():
    assert peers().endswith("2 cores.\n")
