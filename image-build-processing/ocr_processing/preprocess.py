"""Preprocess: labelled documents in, a validated line dataset out.

Reads `processing/input/documents/` and writes `processing/output/` below /opt/ml (or SAGEMAKER_BASE_DIR).
"""

import logging
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ocr_processing.build import build_dataset
from ocr_processing.command_line import parse_options
from ocr_processing.config import PreprocessConfig
from ocr_processing.corpus import Corpus
from ocr_processing.dataset.pages import write_pages
from ocr_processing.dataset.record import dataset_record, write_json
from ocr_processing.dataset.report import write_report
from ocr_processing.detect import find_readers
from ocr_processing.dictionary import DICTIONARY_NAME, Dictionary, load_dictionary, write_dictionary
from ocr_processing.failure import UserError, run_job
from ocr_processing.folders import Folders
from ocr_processing.gathering import Gathering
from ocr_processing.hosts import check_replicated, read_hosts
from ocr_processing.publish import published
from ocr_processing.synthesis.fonts import FontError
from ocr_processing.synthesis.recipe import RecipeError

RECORD_NAME = "dataset.json"
REPORT_NAME = "report.html"

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the job; the exit code is 0, or 1 after one sentence that says what is wrong."""
    folders = Folders.from_environment()
    return run_job(lambda: preprocess(parse_arguments(arguments), folders), folders.message)


def preprocess(config: PreprocessConfig, folders: Folders) -> None:
    """Build the dataset. Raises UserError when the input or the configuration cannot be used."""
    started = time.monotonic()
    hosts = read_hosts(folders.resources)
    check_replicated(folders.configuration, hosts)
    dictionary = find_dictionary(config, folders.documents)
    readers = find_readers(folders.documents, config.format, config.join_words)
    for reader in readers:
        log.info("Found %s: %s", reader.format, reader.location)
    corpus = Corpus(folders.documents, readers, config.limit_documents)
    with Gathering(hosts) as gathering, published(folders.output, last=RECORD_NAME) as partial:
        try:
            build = build_dataset(corpus, config, dictionary, partial, gathering)
        except (RecipeError, FontError) as error:
            raise UserError(str(error)) from error
        if build is None:
            log.info("This host's lines: %s; %s writes the record", folders.output, hosts.hosts[0])
            return
        listed = dictionary.listed(build.statistics.used_characters())
        record = dataset_record(build, config, readers, dictionary, listed)
        write_dictionary(partial / DICTIONARY_NAME, listed)
        write_pages(partial / "pages", build.pages)
        write_report(partial / REPORT_NAME, build, record, corpus)
        write_json(partial / RECORD_NAME, record)
    for split, counts in record["splits"].items():
        log.info("%-10s %6d documents %8d lines", split, counts["documents"], counts["lines"])
    for warning in record["warnings"]:
        log.warning("Warning: %s", warning)
    log.info("Dataset %s after %.1f s: %s", record["sha256"][:16], time.monotonic() - started, folders.output)
    log.info("Report: %s", folders.output / REPORT_NAME)


def find_dictionary(config: PreprocessConfig, documents: Path) -> Dictionary:
    """The dictionary that was named, else the one beside the documents, else every printable character."""
    if config.dictionary is not None:
        return load_dictionary(config.dictionary)
    beside = documents / DICTIONARY_NAME
    return load_dictionary(beside) if beside.is_file() else Dictionary()


def parse_arguments(arguments: Sequence[str] | None = None) -> PreprocessConfig:
    """The configuration from the command line. Raises UserError for what cannot be used."""
    return parse_options(PreprocessConfig, "ocr_processing.preprocess", __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())
