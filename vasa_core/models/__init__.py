"""The shipped models: one card (JSON) per model file with its source, licence, training data and hash."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vasa_core.errors import ModelError

MODELS_DIR = Path(__file__).parent


@dataclass(frozen=True)
class ModelCard:
    """What a shipped model is and where it comes from; read from `<name>.json` beside the file."""

    name: str
    file: str
    purpose: str
    source: str
    licence: str
    training_data: str
    sha256: str
    details: dict[str, object]

    @property
    def path(self) -> Path:
        """Where the model file lies."""
        return MODELS_DIR / self.file


def read_card(name: str) -> ModelCard:
    """Read the card of model `name`. Raises `ModelError` if there is none."""
    card_path = MODELS_DIR / f"{name}.json"
    if not card_path.is_file():
        raise ModelError(f"There is no model '{name}' in {MODELS_DIR}. Reinstall the package.")
    return ModelCard(**json.loads(card_path.read_text(encoding="utf-8")))


def write_card(card: ModelCard) -> None:
    """Write `card` beside its model file (used by the import and training scripts)."""
    text = json.dumps(card.__dict__, indent=2, ensure_ascii=False)
    (MODELS_DIR / f"{card.name}.json").write_text(text + "\n", encoding="utf-8")


def all_cards() -> list[ModelCard]:
    """Cards of every shipped model, by name."""
    return [read_card(path.stem) for path in sorted(MODELS_DIR.glob("*.json"))]


def model_path(name: str) -> Path:
    """Path of a shipped model file. Raises `ModelError` if it is missing."""
    card = read_card(name)
    if not card.path.is_file():
        raise ModelError(f"The model file {card.path} is missing. Reinstall the package.")
    return card.path


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
