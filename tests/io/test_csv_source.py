"""CSV files: exact values, true line numbers and one clear message for each kind of damage."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import itertools
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.errors import DataError
from expectkit.io.case_source import CaseSource
from expectkit.io.csv_layout import read_layout
from expectkit.io.csv_source import CsvSource
from expectkit.io.open_cases import open_cases

HEADER = "score,label,note\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a file in the working folder and return its relative path."""
    monkeypatch.chdir(tmp_path)

    def write_file(content: str | bytes, name: str = "scores.csv") -> Path:
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
        return Path(name)

    return write_file


def read(path: Path, *columns: str) -> dict[str, list[object]]:
    """Read whole columns, the score as numbers."""
    source = CsvSource([path], numbers=["score"])
    columns = columns or ("score", "label")
    tables = [pa.table(dict(batch.columns)) for batch in source.batches(columns)]
    return pa.concat_tables(tables).to_pydict()


def message(path: Path, *columns: str) -> str:
    with pytest.raises(DataError) as caught:
        read(path, *columns)
    return str(caught.value)


def test_scores_keep_every_bit_and_labels_stay_text(write) -> None:
    path = write(HEADER + "0.1,1,a\n0.30000000000000004,0,b\n-0,1.0,c\n1e-320,yes,d\n")
    found = read(path)
    assert [repr(score) for score in found["score"]] == ["0.1", "0.30000000000000004", "-0.0", "1e-320"]
    assert found["label"] == ["1", "0", "1.0", "yes"]


def test_empty_fields_and_words_for_missing_are_missing(write) -> None:
    path = write(HEADER + ',1,a\n"",0,b\nNA,,c\n 0.5 ,1,d\nnan,1,e\nNone,1,f\n')
    assert read(path) == {
        "score": [None, None, None, 0.5, None, None],
        "label": ["1", "0", None, "1", "1", "1"],
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found_by_itself(write, delimiter: str) -> None:
    path = write(f"score{delimiter}label\n0.5{delimiter}1\n")
    assert read(path) == {"score": [0.5], "label": ["1"]}


def test_a_byte_order_mark_is_no_part_of_the_first_name(write) -> None:
    assert read(write("\ufeff" + HEADER + "0.5,1,x\n"))["score"] == [0.5]


def test_a_gzip_file_reads_like_the_plain_one(write) -> None:
    path = write(gzip.compress((HEADER + "0.5,1,é\n").encode()), "scores.csv.gz")
    assert read(path, "note") == {"note": ["é"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_kind_of_line_end_is_read(write, end: str) -> None:
    assert read(write(end.join(["score,label", "0.5,1", "0.6,0"]))) == {
        "score": [0.5, 0.6],
        "label": ["1", "0"],
    }


def test_a_file_whose_name_is_a_pattern_is_only_itself(write) -> None:
    write(HEADER + "0.1,0,x\n", "a1.csv")
    path = write(HEADER + "0.9,1,x\n", "a[1].csv")
    assert read(path)["score"] == [0.9]


def test_hostile_column_names_are_only_names(write) -> None:
    names = ["score", "label", '"; DROP TABLE x; --', "a'b", "<script>", "c0"]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, ["0.5", "1", "p", "q", "r", "s"]])
    assert read(write(text.getvalue()), *names[2:]) == dict(
        zip(names[2:], [["p"], ["q"], ["r"], ["s"]], strict=True)
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '0.1,0,"two\nlines"\n\n0.2,1,c\nabc,1,d\n',
            "scores.csv, line 6, column score: 'abc' is not a number. "
            "Correct it, or leave the field empty when there is no value.",
        ),
        (
            "0_5,0,a\n",
            "scores.csv, line 2, column score: '0_5' is not a number. "
            "Correct it, or leave the field empty when there is no value.",
        ),
        (
            '"0,5",0,a\n',
            "scores.csv, line 2, column score: '0,5' is not a number. Write numbers with a decimal point.",
        ),
        (
            '0.1,0,"two\nlines"\n\n0.2,1\n',
            "scores.csv, line 5: the row has 2 fields where the header has 3. "
            "Correct the row; a field that holds a comma stands in quotes.",
        ),
        (
            "0.1,0,x\n0.2,1,one,two\n",
            "scores.csv, line 3: the row has 4 fields where the header has 3. "
            "Correct the row; a field that holds a comma stands in quotes.",
        ),
        (
            '0.1,0,x\n0.2,1,"open\n0.3,1,y\n',
            "scores.csv, line 3: a quoted field is not closed or text follows its end. "
            'Write a quote inside a field twice ("").',
        ),
        (
            "0.1,0,x\r\n0.2,1,y\n",
            "scores.csv: some lines end in \\r\\n and others in \\n. Save it with one kind of end.",
        ),
        ("", "scores.csv has a header but no rows. Give a file with scored cases."),
    ],
)
def test_a_broken_row_is_named_with_file_and_line(write, body: str, expected: str) -> None:
    assert message(write(HEADER + body)) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "scores.csv is empty. A CSV file starts with a line of column names."),
        (
            "\nscore,label\n0.1,1\n",
            "scores.csv, line 1: the line is blank. A CSV file starts with a line of column names.",
        ),
        (
            "score,score\n0.1,1\n",
            'scores.csv: its header names column "score" twice. Give each column its own name.',
        ),
        (
            "0.1,1\n0.2,0\n",
            "scores.csv: its first line (0.1, 1) holds numbers. Add a line of column names above it.",
        ),
        (
            (HEADER + "0.1,0,é\n").encode("latin-1"),
            "scores.csv, line 2: byte 0xe9 is not UTF-8 text; the file may be Latin-1. "
            "Save it as UTF-8, for example with: iconv -f LATIN1 -t UTF-8",
        ),
        (HEADER.encode("utf-16"), "scores.csv is UTF-16 text. Save it as UTF-8."),
        (
            HEADER + "0.1,0,a\0b\n",
            "scores.csv, line 2: a NUL byte, so this is no plain text. Save it as CSV in UTF-8.",
        ),
        (
            "scoer,label\n0.1,1\n",
            "scores.csv: there is no column 'score'. Did you mean 'scoer'? The columns are: scoer, label.",
        ),
    ],
)
def test_a_file_that_is_no_csv_of_cases_says_what_to_do(write, content: str | bytes, expected: str) -> None:
    assert message(write(content)) == expected


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        CsvSource([tmp_path / "no.csv"])
    with pytest.raises(DataError, match="Is a directory"):
        CsvSource([tmp_path])


def test_a_gzip_file_cut_short_is_called_damaged(write) -> None:
    path = write(gzip.compress((HEADER + "0.1,0,é\n" * 1000).encode())[:-20])
    assert "is a damaged gzip file" in message(path)


def test_latin_text_far_into_a_file_is_named_with_its_line(write) -> None:
    path = write((HEADER + "0.1,0,x\n" * 150_000).encode() + "0.1,0,é\n".encode("latin-1"))
    assert message(path, "score", "note").startswith("scores.csv, line 150002: byte 0xe9 is not UTF-8 text")


def test_a_bad_number_far_into_a_file_is_named_with_its_line(write) -> None:
    path = write(HEADER + '0.1,0,"x\ny"\n' * 200_000 + "0.1,0,z\nbad,0,z\n" + "0.1,0,z\n" * 100_000)
    assert message(path).startswith("scores.csv, line 400003, column score: 'bad' is not a number.")


def test_batches_say_where_their_rows_stand(write) -> None:
    path = write(HEADER + '0.5,1,"x\ny"\n' * 200_000)
    source = CsvSource([path])
    last = list(source.batches(["score"]))[-1]
    assert last.first_row + last.n_rows == 200_001
    assert source.place(last.file, last.first_row) == f"scores.csv, line {2 * last.first_row}"


def test_several_files_are_one_source_and_must_have_the_same_columns(write) -> None:
    one, two = write(HEADER + "0.1,0,x\n", "1.csv"), write("label,note,score\n1,y,0.2\n", "2.csv")
    source = open_cases([one, two]).with_numbers(["score"])
    assert isinstance(source, CaseSource)
    assert source.n_rows() is None
    assert [(batch.file, batch.columns["score"].to_pylist()) for batch in source.batches(["score"])] == [
        ("1.csv", [0.1]),
        ("2.csv", [0.2]),
    ]
    assert source.n_rows() == 2
    with pytest.raises(DataError, match=r"3.csv: it lacks the column 'note'"):
        CsvSource([one, write("score,label\n1,1\n", "3.csv")])


def test_the_provenance_is_the_hash_of_the_files_bytes(write) -> None:
    path = write(HEADER + "0.1,0,x\n0.1,0,x\n")
    (found,) = CsvSource([path]).inputs()
    assert (found.name, found.n_rows, found.n_bytes) == ("scores.csv", 2, path.stat().st_size)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("n", [1, 7, 100, 1000])
def test_a_sample_is_even_bounded_and_the_same_each_time(write, n: int) -> None:
    path = write("score,label\n" + "".join(f"{row},0\n" for row in range(500)))
    source = CsvSource([path], numbers=["score"])
    rows = source.sample(["score"], n)["score"].to_pylist()
    assert min(n, 500) / 2 < len(rows) <= n
    steps = {later - earlier for earlier, later in itertools.pairwise(rows)}
    assert len(steps) <= 1
    assert rows[0] == 0
    assert source.sample(["score"], n)["score"].to_pylist() == rows


@pytest.mark.parametrize("n_rows", [3, 250_001])
def test_a_sample_over_several_batches_keeps_its_step(write, n_rows: int) -> None:
    path = write("score,label\n" + "".join(f"{row},0\n" for row in range(n_rows)))
    rows = CsvSource([path], numbers=["score"]).sample(["score"], 1000)["score"].to_pylist()
    step = 256 if n_rows > 1000 else 1
    assert rows == [float(row) for row in range(0, n_rows, step)]


FIELD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_what_a_csv_writer_wrote_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([("a", "b"), *rows])
    assert read_layout(path).delimiter == delimiter
    found = [pa.table(dict(batch.columns)) for batch in CsvSource([path]).batches(["a", "b"])]
    table = pa.concat_tables(found).to_pydict()
    assert list(zip(table["a"], table["b"], strict=True)) == [(a or None, b or None) for a, b in rows]


def test_duckdb_is_told_to_load_and_fetch_nothing(write, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb

    seen = []
    connect = duckdb.connect

    def watched(*args: object, **kwargs: object) -> object:
        connection = connect(*args, **kwargs)
        names = ("autoinstall_known_extensions", "autoload_known_extensions")
        rows = connection.execute(f"SELECT {', '.join(f'current_setting({n!r})' for n in names)}").fetchall()
        seen.extend(rows)
        return connection

    monkeypatch.setattr(duckdb, "connect", watched)
    read(write(HEADER + "0.1,0,x\n"))
    assert seen == [(False, False)]


@pytest.mark.parametrize(("text", "share"), [("26.2 %", "0.262"), ("3%", "0.03"), ("12,5 %", "0.125")])
def test_a_percentage_in_a_number_column_says_what_to_write(tmp_path: Path, text: str, share: str) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(f'score;label\n0.5;1\n"{text}";0\n', encoding="utf-8")
    with pytest.raises(DataError, match=f"Write {share}, without the per cent sign"):
        list(CsvSource([path], numbers=["score"]).batches(["score"]))
