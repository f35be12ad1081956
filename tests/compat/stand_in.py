"""An engine made as RapidOCR's are, with models that compute nothing: what they give depends on the
bits of what they get."""

import copy
import math
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import cv2
import numpy as np

import fastcv
import maps
import reference_conventions as oracle
import reference_decode
import reference_detect
import reference_detector_input as rules


def tensor(crop, height, width):
    """A crop at the left of a tensor of this width."""
    resized_width = min(math.ceil(height * (crop.shape[1] / float(crop.shape[0]))), width)
    resized = cv2.resize(crop, (resized_width, height)).astype("float32").transpose(2, 0, 1) / 255
    resized -= 0.5
    resized /= 0.5
    padded = np.zeros((3, height, width), np.float32)
    padded[:, :, :resized_width] = resized
    return padded


class Session:
    """Keeps the tensors, and predicts something from their sums."""

    def __init__(self, predict):
        self.tensors, self.predict = [], predict

    def __call__(self, batch):
        self.tensors.append(np.ascontiguousarray(batch))
        return self.predict(batch, self.tensors[-1].sum((1, 2, 3), dtype=np.float64))


# ---- the detector ----


def predict_map(batch, sums):
    height, width = batch.shape[2:]
    return maps.words(np.random.default_rng(int(abs(sums[0]))), width, height)[None, None]


class PreProcess:
    def __init__(self, limit_side_len, limit_type, mean, std):
        self.limit_side_len, self.limit_type = limit_side_len, limit_type
        self.mean, self.std, self.scale = np.array(mean), np.array(std), 1 / 255.0

    def __call__(self, img):
        sides = rules.limited(*img.shape[:2], self.limit_side_len, self.limit_type)
        if 0 in map(rules.nearest, sides):
            return None
        settings = self.limit_side_len, self.limit_type, self.mean, self.std
        return rules.rapidocr(img, *settings)[0]


class PostProcess:
    def __init__(self):
        self.thresh, self.box_thresh, self.max_candidates, self.unclip_ratio = 0.3, 0.5, 1000, 1.6
        self.min_size, self.score_mode, self.dilation_kernel = 3, "fast", np.ones((2, 2))

    def __call__(self, pred, ori_shape):
        settings = fastcv.DetectorBoxes(
            threshold=self.thresh, box_threshold=self.box_thresh, unclip_ratio=self.unclip_ratio,
            max_candidates=self.max_candidates, dilation=self.dilation_kernel is not None,
            score="box" if self.score_mode == "fast" else "contour", order="found",
        )  # fmt: skip
        return reference_detect.boxes(pred[0, 0], ori_shape, settings)


class Detector:
    def __init__(self, limit_side_len=96, limit_type="max"):
        self.limit_side_len, self.limit_type = limit_side_len, limit_type
        self.mean = self.std = [0.5, 0.5, 0.5]
        self.session, self.postprocess_op = Session(predict_map), PostProcess()

    def __call__(self, img):
        self.preprocess_op = self.preprocess(img)
        tensor = self.preprocess_op(img)
        if tensor is None:
            return None
        boxes, scores = self.postprocess_op(self.session(tensor), img.shape[:2])
        return boxes.tolist(), scores

    def preprocess(self, img):
        return self.get_preprocess()

    def get_preprocess(self):
        return PreProcess(self.limit_side_len, self.limit_type, self.mean, self.std)


class DetectorOf38(Detector):
    def preprocess(self, img):
        return self.get_preprocess(max(img.shape[:2]))

    def get_preprocess(self, max_wh):
        limit = self.limit_side_len if max_wh < 300 else 128
        return PreProcess(limit, self.limit_type, self.mean, self.std)


# ---- the recogniser and the classifier ----


@dataclass
class Words:
    words: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    confs: list = None
    line_txt_len: float = 0.0


class Decode:
    def __init__(self):
        self.character = ["blank", *"abcdefghij klmnopq", " "]

    def __call__(self, preds, return_word_box=False, *, wh_ratio_list=(1.0,), max_wh_ratio=1.0):
        lines, words = [], []
        for k, found in enumerate(reference_decode.decode(preds, self.character)):
            text, confidence, columns, confidences = found
            lines.append((text, confidence))
            if return_word_box:
                selection = np.isin(np.arange(preds.shape[1]), columns)
                length = preds.shape[1] * wh_ratio_list[k] / max_wh_ratio
                info = self.get_word_info(text, selection)
                words.append(replace(info, confs=confidences or [0], line_txt_len=length))
        return lines, words

    def get_word_info(self, text, selection):
        return Words(text.split(), np.where(selection)[0].tolist())

    def get_ignored_tokens(self):
        return [0]


def predict_texts(batch, sums):
    """Steps of 20 classes; a step in three is blank."""
    steps = np.abs(np.sin(sums[:, None] * np.arange(1, 241))).reshape(-1, 12, 20)
    steps[:, ::3, 0] += 1
    return (steps / 2).astype(np.float32)


class Recognizer:
    def __init__(self, shape=(3, 48, 320), batch_size=6):
        self.session, self.postprocess_op = Session(predict_texts), Decode()
        self.rec_image_shape, self.rec_batch_num = list(shape), batch_size

    def __call__(self, args):
        images = [args.img] if isinstance(args.img, np.ndarray) else args.img
        ratios = [image.shape[1] / float(image.shape[0]) for image in images]
        order, results = self.sort(ratios), [None] * len(images)
        for start in range(0, len(images), self.rec_batch_num):
            batch = order[start : start + self.rec_batch_num]
            least = self.rec_image_shape[2] / self.rec_image_shape[1]
            widest = max([least, *(ratios[i] for i in batch)])
            tensors = [self.resize_norm_img(images[i], widest)[np.newaxis] for i in batch]
            predicted = self.session(np.concatenate(tensors).astype(np.float32))
            lines, words = self.postprocess_op(
                predicted, args.return_word_box, wh_ratio_list=[ratios[i] for i in batch],
                max_wh_ratio=widest,
            )  # fmt: skip
            for k, i in enumerate(batch):
                results[i] = lines[k], words[k] if args.return_word_box else None
        return results

    def sort(self, ratios):
        return np.argsort(np.array(ratios))

    def resize_norm_img(self, img, max_wh_ratio):
        height = self.rec_image_shape[1]
        return tensor(img, height, int(height * max_wh_ratio))


class Classifier:
    def __init__(self):
        self.session = Session(lambda batch, sums: None)
        self.cls_image_shape, self.cls_batch_num = [3, 80, 160], 4

    def __call__(self, img_list):
        images = copy.deepcopy(img_list)
        order = np.argsort([image.shape[1] / float(image.shape[0]) for image in images])
        for start in range(0, len(images), self.cls_batch_num):
            batch = order[start : start + self.cls_batch_num]
            tensors = [self.resize_norm_img(images[i])[np.newaxis] for i in batch]
            self.session(np.concatenate(tensors))
            for i in batch[::2]:
                images[i] = cv2.rotate(images[i], cv2.ROTATE_180)
        return images

    def resize_norm_img(self, img):
        return tensor(img, *self.cls_image_shape[1:])


# ---- engines ----


class Engine:
    """Models that exist from the start, as in RapidOCR 3.8."""

    def __init__(self, recognizer=None, classifier=None, detector=None):
        self.text_rec, self.text_cls = recognizer or Recognizer(), classifier or Classifier()
        self.text_det = detector or DetectorOf38()

    def crop_text_regions(self, img, det_boxes):
        return oracle.paddleocr(img, det_boxes)

    def models(self):
        return self.text_det, self.text_cls, self.text_rec

    def __call__(self, page, boxes, return_word_box=False):
        detect, classify, recognize = self.models()
        detected = detect(page[:300, :420])
        crops = self.crop_text_regions(page, boxes)
        images = classify(crops)
        words = recognize(SimpleNamespace(img=images, return_word_box=return_word_box))
        return crops, images, (detected, words)


class LazyEngine(Engine):
    """Models that are loaded when they are needed, as in RapidOCR 3.10."""

    def __init__(self, recognizer=None, classifier=None, detector=None):
        super().__init__(recognizer, classifier, detector or Detector())
        self.loaded = {"det": self.text_det, "cls": self.text_cls, "rec": self.text_rec}
        self.text_det = self.text_cls = self.text_rec = None

    def _load_det_model(self):
        self.text_det = self.loaded["det"]
        return self.text_det

    def _load_cls_model(self):
        self.text_cls = self.loaded["cls"]
        return self.text_cls

    def _load_rec_model(self):
        self.text_rec = self.loaded["rec"]
        return self.text_rec

    def models(self):
        return self._load_det_model(), self._load_cls_model(), self._load_rec_model()
