"""The workbench: what notebooks and commands do with a project, on AWS and in the sandbox alike.

`import workbench as wb`, `project = wb.connect()`, and then one call for each thing.
"""

from workbench.attachment import attach
from workbench.captures import captures
from workbench.check import check
from workbench.comparison import compare, mlflow_runs
from workbench.connection import connect
from workbench.dataset import dataset
from workbench.delivery import deployment, newest_deployment
from workbench.documents import card_recipe, draw_card, look
from workbench.drift import drift, make_baseline
from workbench.endpoint import delete, deploy, endpoints, find_endpoint
from workbench.errors import WorkbenchError
from workbench.execution import executions, newest_execution, retrain, run, upload_documents
from workbench.load import load
from workbench.picture import Mark, Picture, draw, gallery, open_page
from workbench.reading import invoke, invoke_halves
from workbench.registration import evaluate, evaluation, register
from workbench.registry import find_version, versions
from workbench.tracking import mlflow_server
from workbench.training import train, train_many, wait_all

__all__ = [
    "Mark",
    "Picture",
    "WorkbenchError",
    "attach",
    "captures",
    "card_recipe",
    "check",
    "compare",
    "connect",
    "dataset",
    "delete",
    "deploy",
    "deployment",
    "draw",
    "draw_card",
    "drift",
    "endpoints",
    "evaluate",
    "evaluation",
    "executions",
    "find_endpoint",
    "find_version",
    "gallery",
    "invoke",
    "invoke_halves",
    "load",
    "look",
    "make_baseline",
    "mlflow_runs",
    "mlflow_server",
    "newest_deployment",
    "newest_execution",
    "open_page",
    "register",
    "retrain",
    "run",
    "train",
    "train_many",
    "upload_documents",
    "versions",
    "wait_all",
]
