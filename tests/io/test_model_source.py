"""Cases that a Keras model scores first: what is refused before anything is loaded, and real models in a child."""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectkit.errors import DataError, MissingExtraError
from expectkit.gate.run import GateOptions, run_gate
from expectkit.io.config_tables import CasesTable, Config
from expectkit.io.model_source import SCORE_COLUMN, score_cases
from expectkit.io.open_cases import open_cases

ROOT = Path(__file__).resolve().parents[2]
FRAUD, EXAMPLE = ROOT / "sample_data" / "fraud", ROOT / "examples" / "ci"
HAS_KERAS = importlib.util.find_spec("keras") is not None


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("model.pkl", "opening a pickled estimator runs whatever code is in it, so this command does not."),
        ("model.JOBLIB", "judge it in Python with kept_by_model."),
        (
            "model.h5",
            "only .keras files can be loaded without running code from them. Save the model as .keras.",
        ),
        ("saved_model.pb", "only .keras files can be loaded"),
    ],
)
def test_a_file_that_could_run_code_is_refused_unopened(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    with pytest.raises(DataError) as caught:
        score_cases(open_cases({"a": [1.0]}), tmp_path / name, ["a"], tmp_path)
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.keras: there is no such file"):
        score_cases(open_cases({"a": [1.0]}), tmp_path / "none.keras", ["a"], tmp_path)


@pytest.mark.skipif(HAS_KERAS, reason="Keras is installed here")
def test_without_keras_the_message_names_the_extra(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'expectkit\[tensorflow\]'"):
        score_cases(open_cases({"a": [1.0]}), FRAUD / "model.keras", ["a"], tmp_path)


@pytest.mark.parametrize(
    ("columns", "features", "message"),
    [
        ({"amount": [1.0]}, ["amonut"], "Did you mean 'amount'?"),
        ({"amount": [1.0]}, [], "Give --features with them, in the model's order."),
        ({"amount": [1.0], SCORE_COLUMN: [1.0]}, ["amount"], "which is kept for scores. Rename it."),
    ],
)
def test_columns_that_do_not_fit_are_named_before_the_model_is_loaded(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, Any],
    features: list[str],
    message: str,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    with pytest.raises(DataError) as caught:
        score_cases(open_cases(columns), FRAUD / "model.keras", features, tmp_path)
    assert message in str(caught.value)


def test_csv_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    (tmp_path / "cases.csv").write_text("amount\n1\n")
    with pytest.raises(DataError, match="Give the cases as Parquet for a model to score"):
        score_cases(open_cases(tmp_path / "cases.csv"), FRAUD / "model.keras", ["amount"], tmp_path)


# ---------------------------------------------------------------------------------------------- real models


@pytest.fixture
def features() -> tuple[str, ...]:
    names: tuple[str, ...] = tuple(pq.read_schema(FRAUD / "test_features.parquet").names)
    return tuple(name for name in names if name not in ("transaction_id", "score", "is_fraud"))


@pytest.mark.tensorflow
def test_the_bundled_model_scores_its_cases_as_it_did_when_they_were_written(
    tmp_path: Path, features: tuple[str, ...]
) -> None:
    pytest.importorskip("keras", exc_type=ImportError)
    source = open_cases(FRAUD / "test_features.parquet")
    scored = score_cases(source, FRAUD / "model.keras", features, tmp_path, positive=1)
    table = scored.sample(["score", SCORE_COLUMN, "is_fraud"], 10_000)
    assert scored.n_rows() == table.num_rows == 5000
    np.testing.assert_allclose(table[SCORE_COLUMN], table["score"], atol=1e-5, rtol=0)
    assert [item.name for item in scored.inputs()] == ["test_features.parquet", "model.keras"]
    assert [path.name for path in tmp_path.iterdir()] == ["scored.parquet"]


@pytest.mark.tensorflow
def test_a_gate_that_scores_gives_the_verdict_of_a_gate_on_the_written_scores(
    tmp_path: Path, features: tuple[str, ...]
) -> None:
    pytest.importorskip("keras", exc_type=ImportError)
    cases = tmp_path / "fresh.parquet"
    table = pq.read_table(FRAUD / "test_features.parquet")
    channel = np.where(table["is_online"].to_numpy() > 0, "online", "shop")
    pq.write_table(table.append_column("channel", pa.array(channel)), cases)
    config = Config(cases=CasesTable(file=(str(cases),), score="score", label="is_fraud", positive=1))
    written = run_gate(config, EXAMPLE / "promise.toml")
    without = dataclasses.replace(config, cases=dataclasses.replace(config.cases, score=None))
    told = GateOptions(model=FRAUD / "model.keras", features=features)
    scored = run_gate(without, EXAMPLE / "promise.toml", options=told)
    assert scored.terms == written.terms
    assert (scored.answer, scored.n_cases) == (written.answer, 5000)
    assert [text.split()[0] for text in scored.inputs] == ["fresh.parquet", "model.keras"]


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, when it saves
def test_models_that_do_not_fit_or_hold_code_are_refused(tmp_path: Path) -> None:
    keras = pytest.importorskip("keras", exc_type=ImportError)
    source = open_cases({"a": np.ones(3), "b": np.zeros(3), "c": ["x", "y", "z"]})
    with pytest.raises(DataError, match="it takes 29 columns, but --features names 2"):
        score_cases(source, FRAUD / "model.keras", ["a", "b"], tmp_path)
    inputs = keras.Input((2,))
    for name, layer in {
        "code": keras.layers.Lambda(lambda x: x[:, :1]),
        "three": keras.layers.Dense(3),
    }.items():
        keras.Model(inputs, layer(inputs)).save(tmp_path / f"{name}.keras")
    with pytest.raises(DataError, match=r"code\.keras: .*[Ll]ambda"):
        score_cases(source, tmp_path / "code.keras", ["a", "b"], tmp_path)
    with pytest.raises(DataError, match=r"three\.keras: .* one or two columns are expected"):
        score_cases(source, tmp_path / "three.keras", ["a", "b"], tmp_path)
    with pytest.raises(DataError, match="the column 'c' holds string, but a model takes numbers"):
        score_cases(source, tmp_path / "three.keras", ["a", "c"], tmp_path)
    shutil.copy(ROOT / "README.md", tmp_path / "broken.keras")
    with pytest.raises(DataError, match=r"broken\.keras: "):
        score_cases(source, tmp_path / "broken.keras", ["a", "b"], tmp_path)
