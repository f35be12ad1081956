"""The oracle of batches: the loops of the OCR projects, written slowly and plainly with cv2.

Each project's function takes crops and returns its batches in order, as (tensor, indices).
`batches` does the same for any `RecognizerInput`, a word at a time.
"""

import functools
import math

import cv2
import numpy as np


def triangle_weights(source_px, target_px):
    """Pillow's weights of BILINEAR, shape (target_px, source_px), in 1/2^22."""
    weights = np.zeros((target_px, source_px))
    scale = source_px / target_px
    support = max(scale, 1.0)
    for row, k in zip(weights, range(target_px), strict=True):
        center = (k + 0.5) * scale
        window = slice(
            max(int(center - support + 0.5), 0), min(int(center + support + 0.5), source_px)
        )
        px = np.arange(source_px)[window]
        heights = np.maximum(1 - abs((px - center + 0.5) * (1 / support)), 0)
        row[window] = np.floor(0.5 + heights / np.cumsum(heights)[-1] * 2**22)
    return weights


def pillow_bilinear(pixels, width, height):
    """PIL.Image.resize with BILINEAR, of Pillow 13.0. Sums of products are exact in float64."""

    def passed(pixels, axis, target_px):
        weights = triangle_weights(pixels.shape[axis], target_px)
        sums = np.tensordot(weights, pixels, (1, axis))
        return np.moveaxis(np.floor((sums + 2**21) / 2**22).clip(0, 255), 0, axis)

    lower, narrower = pixels.shape[0] - height, pixels.shape[1] - width
    sides = [(1, width), (0, height)]
    if lower > 0 and lower > 2 * narrower:
        sides.reverse()
    for axis, target_px in sides:
        pixels = passed(pixels, axis, target_px)
    return pixels.astype(np.uint8)


def chunks(order, size):
    return [order[start : start + size] for start in range(0, len(order), size)]


def ratio(crop):
    return crop.shape[1] / float(crop.shape[0])


def normalized(resized):
    """RapidOCR's, PaddleOCR's and PaddleX's order of float32 operations, channels first."""
    values = resized.astype("float32").transpose(2, 0, 1) / 255
    values -= 0.5
    values /= 0.5
    return values


def padded(values, width, value=0):
    """Padded on the right."""
    tensor = np.full((*values.shape[:2], width), value, np.float32)
    tensor[:, :, : values.shape[2]] = values
    return tensor


def rapidocr(crops, height=48, least_width=320, batch_size=6):
    """rapidocr.ch_ppocr_rec.main.TextRecognizer, and PaddleOCR 2.x's of the same name."""
    found = []
    order = np.argsort(np.array([ratio(crop) for crop in crops]))
    for indices in chunks(order, batch_size):
        widest = max([least_width / height, *(ratio(crops[i]) for i in indices)])
        width = int(height * widest)
        words = []
        for i in indices:
            resized_width = min(math.ceil(height * ratio(crops[i])), width)
            resized = cv2.resize(crops[i], (resized_width, height))
            words.append(padded(normalized(resized), width))
        found.append((np.stack(words), indices))
    return found


def paddlex(crops, height=48, least_width=320, most_width=3200, batch_size=6):
    """The pipeline's sort, OCRReisizeNormImg and ToBatch: each word has a width of its own."""
    found = []
    order = sorted(range(len(crops)), key=lambda i: ratio(crops[i]))
    for indices in chunks(order, batch_size):
        words = []
        for i in indices:
            width = int(height * max(least_width / height, ratio(crops[i])))
            resized_width = min(math.ceil(height * ratio(crops[i])), width)
            if width > most_width:
                width = resized_width = most_width
            resized = cv2.resize(crops[i], (resized_width, height))
            words.append(padded(normalized(resized), width))
        widest = max(word.shape[2] for word in words)
        found.append((np.stack([padded(word, widest) for word in words]), np.array(indices)))
    return found


def mineru(crops, height=48, usual_width=320, limits=(16, 2560), batch_size=6):
    """MinerU's TextRecognizer.resize_norm_img, which computes in float64."""
    found = []
    order = np.argsort(np.array([ratio(crop) for crop in crops]))
    for indices in chunks(order, batch_size):
        widest = max(ratio(crops[indices[-1]]), usual_width / height)
        width = max(min(int(height * widest), limits[1]), limits[0])
        words = []
        for i in indices:
            resized_width = min(max(math.ceil(height * ratio(crops[i])), limits[0]), width)
            values = cv2.resize(crops[i], (resized_width, height)) / 127.5 - 1
            words.append(padded(values.transpose(2, 0, 1), width))
        found.append((np.stack(words), indices))
    return found


def mmocr_normalized(resized, mean, std):
    """ImgDataPreprocessor: torch's subtraction and division, which are IEEE's as NumPy's are."""
    values = resized.reshape(*resized.shape[:2], -1).transpose(2, 0, 1).astype(np.float32)
    mean, std = (np.array(each, np.float32).reshape(-1, 1, 1) for each in (mean, std))
    return (values - mean) / std


def rescale_to_height(crop, height, least_width, most_width, divisor):
    """MMOCR's transform of this name."""
    width = max(math.ceil(float(height) / crop.shape[0] * crop.shape[1]), least_width)
    if most_width is not None:
        width = min(width, most_width)
    if width % divisor:
        width = round(width / divisor) * divisor
    return cv2.resize(crop, (width, height))


def mmocr_fixed(crops, width, height, mean, std):
    """Resize with keep_ratio=False, one word a batch, in the boxes' order."""
    return [
        (mmocr_normalized(cv2.resize(crop, (width, height)), mean, std)[np.newaxis], np.array([i]))
        for i, crop in enumerate(crops)
    ]


def mmocr_padded(crops, height, divisor, mean, std, width=160):
    """RescaleToHeight and PadToWidth, whose zeros are normalised."""
    found = []
    for i, crop in enumerate(crops):
        resized = rescale_to_height(crop, height, height, width, divisor)
        whole = np.zeros((height, width, 3), np.uint8)
        whole[:, : resized.shape[1]] = resized
        found.append((mmocr_normalized(whole, mean, std)[np.newaxis], np.array([i])))
    return found


def mmocr_crnn(crops, batch_size=1):
    """Gray, RescaleToHeight, normalised, and padded with 0 to the widest of the batch."""
    found = []
    for indices in chunks(np.arange(len(crops)), batch_size):
        words = []
        for i in indices:
            crop = crops[i] if crops[i].ndim == 2 else cv2.cvtColor(crops[i], cv2.COLOR_BGR2GRAY)
            resized = rescale_to_height(crop, 32, 32, None, 16)
            words.append(mmocr_normalized(resized, 127, 127))
        widest = max(word.shape[2] for word in words)
        found.append((np.stack([padded(word, widest) for word in words]), indices))
    return found


def easyocr(crops, height=64):
    """get_image_list and NormalizePAD, one word a batch, for gray words not taller than wide.

    EasyOCR resizes the others with Pillow."""
    found = []
    for i, crop in enumerate(crops):
        width = math.ceil(max(ratio(crop), 1)) * height
        resized = cv2.resize(crop, (int(height * ratio(crop)), height))
        values = normalized(resized[:, :, np.newaxis])
        tensor = padded(values, width)
        tensor[:, :, values.shape[2] :] = values[:, :, -1:]
        found.append((tensor[np.newaxis], np.array([i])))
    return found


def onnxtr(crops, height=32, width=128, batch_size=128):
    """PreProcessor and Resize, for BGR crops; words with w / h > 8 are not cut into parts."""
    mean, std = np.float32([0.694, 0.695, 0.693]), np.float32([0.299, 0.296, 0.301])
    found = []
    for indices in chunks(np.arange(len(crops)), batch_size):
        words = []
        for i in indices:
            actual, target = crops[i].shape[0] / crops[i].shape[1], height / width
            size = height, width
            if actual > target:
                size = height, max(int(height / actual), 1)
            elif actual < target:
                size = max(int(width * actual), 1), width
            whole = np.zeros((height, width, 3), np.uint8)
            whole[: size[0], : size[1]] = pillow_bilinear(crops[i][:, :, ::-1], size[1], size[0])
            values = (whole.astype(np.float32) / 255.0 - mean) / std
            words.append(values.transpose(2, 0, 1))
        found.append((np.stack(words), indices))
    return found


IMAGENET = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)

PROJECTS = {
    "rapidocr": rapidocr,
    "paddleocr": rapidocr,
    "paddlex": paddlex,
    "mineru": mineru,
    "mmocr_abinet": lambda crops: mmocr_fixed(crops, 128, 32, *IMAGENET),
    "mmocr_aster": lambda crops: mmocr_fixed(crops, 256, 64, 127.5, 127.5),
    "mmocr_crnn": mmocr_crnn,
    "mmocr_master": lambda crops: mmocr_padded(crops, 48, 16, 127.5, 127.5),
    "mmocr_nrtr": lambda crops: mmocr_padded(crops, 32, 16, *IMAGENET),
    "mmocr_robust_scanner": lambda crops: mmocr_padded(crops, 48, 4, 127, 127),
    "mmocr_sar": lambda crops: mmocr_padded(crops, 48, 4, 127, 127),
    "mmocr_satrn": lambda crops: mmocr_fixed(crops, 100, 32, *IMAGENET),
    "mmocr_svtr": lambda crops: mmocr_fixed(crops, 256, 64, 127.5, 127.5),
    "onnxtr": onnxtr,
}


# ---- any RecognizerInput ----


def word_width(rules, crop):
    """The width to which the word is resized where nothing limits it."""
    height, width = crop.shape[:2]
    px = {
        "ceil": lambda: math.ceil(rules.height * (width / height)),
        "floor": lambda: int(rules.height * (width / height)),
        "ceil_scaled": lambda: math.ceil(rules.height / height * width),
    }[rules.word_rounding]()
    px = max(px, rules.word_min_width)
    return max(round(px / rules.word_multiple), 1) * rules.word_multiple


def tensor_width(rules, crops):
    """The width of a tensor of these words, before buckets."""
    widest = rules.height * max(map(ratio, crops))
    px = {
        "floor": lambda: int(widest),
        "ceil": lambda: math.ceil(widest),
        "word": lambda: max(word_width(rules, crop) for crop in crops),
    }[rules.width_rounding]()
    px = max(px, rules.min_width or 1, rules.word_min_width)
    px = math.ceil(px / rules.width_multiple) * rules.width_multiple
    return min(px, rules.max_width or px)


def bucket(rules, crop):
    px = tensor_width(rules, [crop])
    if isinstance(rules.buckets, int):
        px = math.ceil(px / rules.buckets) * rules.buckets
        return min(px, rules.max_width or px)
    return next((width for width in rules.buckets if width >= px), rules.buckets[-1])


def resized_size(rules, crop, limit):
    """Height and width of the word in a tensor in which it may be `limit` px wide."""
    if rules.fit == "stretch":
        return rules.height, limit
    if rules.fit == "height":
        return rules.height, min(word_width(rules, crop), limit)
    height, width = crop.shape[:2]
    actual, target = height / width, rules.height / limit
    if actual == target:
        return rules.height, limit
    if actual > target:
        return rules.height, max(int(rules.height / actual), 1)
    return max(int(limit * actual), 1), limit


def batch_members(rules, crops, word_order=None):
    """The batches' words, and each word's greatest width and its tensor's."""
    order = list(range(len(crops))) if word_order is None else list(word_order)
    order = [i for i in order if crops[i].shape[0]]
    if word_order is None and rules.sort == "stable":
        order.sort(key=lambda i: ratio(crops[i]))
    elif word_order is None and rules.sort:
        order = [order[k] for k in np.argsort(np.array([ratio(crops[i]) for i in order]))]
    if rules.buckets is not None:
        by_bucket = {}
        for i in order:
            by_bucket.setdefault(bucket(rules, crops[i]), []).append(i)
        for width, words in sorted(by_bucket.items()):
            for indices in chunks(words, rules.batch_size):
                yield indices, [width] * len(indices), width
        return
    for indices in chunks(order, rules.batch_size):
        words = [crops[i] for i in indices]
        if rules.width_by == "word":
            limits = [tensor_width(rules, [crop]) for crop in words]
            yield indices, limits, max(limits)
        else:
            deciding = [crops[i] for i in order] if rules.width_by == "call" else words
            width = tensor_width(rules, deciding)
            yield indices, [width] * len(indices), width


def in_channels(rules, crop):
    """The crop with the tensor's channels, before it is resized."""
    if crop.ndim == 2:
        crop = crop[:, :, np.newaxis]
    crop = np.ascontiguousarray(crop[:, :, :3])
    if rules.channels == "gray":
        if crop.shape[2] == 3:
            crop = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
        return crop.reshape(*crop.shape[:2], 1)
    if crop.shape[2] == 1:
        return np.repeat(crop, 3, axis=2)
    return crop if rules.channels == "bgr" else np.ascontiguousarray(crop[:, :, ::-1])


def normalization(rules):
    """What each pixel value becomes, a function of (value, channel)."""
    kind = np.float64 if rules.normalization == "float64" else np.float32

    def of_channel(values, channel):
        return kind(values if np.ndim(values) == 0 else values[channel % len(values)])

    def call(value, channel):
        if rules.dtype == "uint8":
            return value
        if not isinstance(rules.normalization, str):
            return np.float32(rules.normalization[channel][value])
        if rules.normalization == "multiply":
            value = kind(value) * kind(1 / rules.divisor)
        else:
            value = kind(value) / kind(rules.divisor)
        mean, std = of_channel(rules.mean, channel), of_channel(rules.std, channel)
        return np.float32((value - mean) / std)

    return call


@functools.cache
def normalization_tables(rules):
    values = normalization(rules)
    channels = 1 if rules.channels == "gray" else 3
    return [np.float32([values(v, c) for v in range(256)]) for c in range(channels)]


def word_tensor(rules, crop, size, width):
    """One word, shape (channels, height, width), in float32 or uint8."""
    pixels = in_channels(rules, crop)
    channels = pixels.shape[2]
    if rules.filter == "linear":
        resized = cv2.resize(pixels, (size[1], size[0])).reshape(*size, channels)
    else:
        resized = pillow_bilinear(pixels, size[1], size[0])
    tables = normalization_tables(rules)
    tensor = np.empty((channels, rules.height, width), np.float32)
    for channel in range(channels):
        table = tables[channel]
        if rules.pad_value == "edge":
            resized_channel = table[resized[:, :, channel]]
            tensor[channel] = np.pad(resized_channel, ((0, 0), (0, width - size[1])), "edge")
            continue
        pad = table[int(rules.pad_value)] if rules.pad_before_normalization else rules.pad_value
        tensor[channel] = pad
        tensor[channel, : size[0], : size[1]] = table[resized[:, :, channel]]
    return tensor


def batches(crops, rules, word_order=None):
    """The batches of any input, as (tensor, indices, resized widths, ratios, greatest ratio)."""
    for indices, limits, width in batch_members(rules, crops, word_order):
        sizes = [resized_size(rules, crops[i], k) for i, k in zip(indices, limits, strict=True)]
        tensor = np.stack(
            [
                word_tensor(rules, crops[i], size, width)
                for i, size in zip(indices, sizes, strict=True)
            ]
        )
        if rules.layout == "NHWC":
            tensor = tensor.transpose(0, 2, 3, 1)
        with np.errstate(over="ignore"):
            tensor = np.ascontiguousarray(tensor.astype(rules.dtype))
        ratios = [ratio(crops[i]) for i in indices]
        greatest = max([*ratios, (rules.min_width or 0) / rules.height])
        yield tensor, np.array(indices), [size[1] for size in sizes], ratios, greatest


def rotate_crop(image, box, tall_ratio=1.5):
    """get_rotate_crop_image of PaddleOCR 2.x and RapidOCR."""
    lt, rt, rb, lb = box = np.float32(box)
    width = int(max(np.linalg.norm(lt - rt), np.linalg.norm(rb - lb)))
    height = int(max(np.linalg.norm(lt - lb), np.linalg.norm(rt - rb)))
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    matrix = cv2.getPerspectiveTransform(box, corners)
    crop = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.rot90(crop) if height / width >= tall_ratio else crop


def assert_same_batches(actual, expected):
    """Compare `Batch`es with the oracle's tuples, whose first two items are tensor and indices."""
    assert len(actual) == len(expected)
    for k, (batch, (tensor, indices, *more)) in enumerate(zip(actual, expected, strict=True)):
        assert batch.indices.tolist() == np.asarray(indices).tolist(), f"batch {k}: other words"
        assert batch.tensor.shape == tensor.shape, f"batch {k}"
        assert batch.tensor.dtype == tensor.dtype, f"batch {k}"
        if batch.tensor.tobytes() != tensor.tobytes():
            word = next(i for i in range(len(tensor)) if (batch.tensor[i] != tensor[i]).any())
            count = np.count_nonzero(batch.tensor[word] != tensor[word])
            raise AssertionError(
                f"batch {k}, word {word} ({indices[word]}): {count} of {tensor[word].size} values "
                f"differ; shape {tensor.shape}"
            )
        if more:
            widths, ratios, greatest = more
            assert batch.widths.tolist() == widths
            assert batch.ratios.tolist() == ratios
            assert batch.max_ratio == greatest
