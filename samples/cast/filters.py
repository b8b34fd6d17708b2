"""Filters that make paintings and drawings of a photograph. Pictures are [H, W, 3] float32 RGB in [0, 1]."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]

SECTORS = 8
"""Parts of the Kuwahara disc (Papari, Petkov and Campisi 2007)."""
SHARPNESS = 8.0
"""Exponent that makes the calmest sector win."""


def gray(picture: Picture) -> Picture:
    """Luminance [H, W]."""
    return cv2.cvtColor(np.ascontiguousarray(picture, np.float32), cv2.COLOR_RGB2GRAY)


def grain(shape: tuple[int, int], sigma: float, seed: int) -> Picture:
    """Noise [H, W] of mean 0 and deviation 1, blurred by `sigma` px."""
    noise = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), sigma) if sigma > 0 else noise
    return (noise - noise.mean()) / noise.std()


def kuwahara(picture: Picture, radius: int) -> Picture:
    """Smooth within brush-like patches and keep edges: each px takes the mean of its calmest sectors."""
    side = np.arange(-radius, radius + 1, dtype=np.float32)
    x, y = np.meshgrid(side, side)
    fall = np.exp(-(x * x + y * y) / (2 * (0.5 * radius) ** 2)) * (np.hypot(x, y) <= radius)
    angle = np.arctan2(y, x)
    total, weight = np.zeros_like(picture), np.zeros((*picture.shape[:2], 1), np.float32)
    for k in range(SECTORS):
        away = np.angle(np.exp(1j * (angle - 2 * np.pi * k / SECTORS)))
        kernel = (fall * np.clip(1.2 - np.abs(away) * SECTORS / (2 * np.pi), 0, 1)).astype(np.float32)
        kernel[radius, radius] = fall[radius, radius] / SECTORS
        kernel /= kernel.sum()
        mean = cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REFLECT)
        spread = np.maximum(cv2.filter2D(picture**2, -1, kernel, borderType=cv2.BORDER_REFLECT) - mean**2, 0)
        share = 1 / (1 + (255 * np.sqrt(spread.sum(axis=2, keepdims=True))) ** SHARPNESS)
        total += share * mean
        weight += share
    return total / weight


def strokes(picture: Picture, length: int, seed: int) -> Picture:
    """Noise [H, W] drawn out along the picture's contours: the ridges that a brush leaves (Cabral and Leedom 1993)."""
    lum = cv2.GaussianBlur(gray(picture), (0, 0), 4)
    dx, dy = cv2.Sobel(lum, cv2.CV_32F, 1, 0), cv2.Sobel(lum, cv2.CV_32F, 0, 1)
    a, b, c = (cv2.GaussianBlur(product, (0, 0), 6) for product in (dx * dx, dx * dy, dy * dy))
    angle = 0.5 * np.arctan2(2 * b, a - c) + np.float32(np.pi / 2)
    noise = grain(lum.shape, 0.8, seed)
    rows, columns = np.indices(lum.shape, np.float32)
    total = noise.copy()
    for way in (1, -1):
        x, y, sign = columns.copy(), rows.copy(), np.full(lum.shape, way, np.float32)
        last = angle
        for _ in range(length):
            here = cv2.remap(angle, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
            sign = np.where(np.cos(here - last) < 0, -sign, sign)
            last = here
            x, y = x + sign * np.cos(here), y + sign * np.sin(here)
            total += cv2.remap(noise, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return (total - total.mean()) / total.std()


def oil_paint(picture: Picture) -> Picture:
    """Oil on canvas: patches of paint, stronger colours, ridges of the brush."""
    paint = kuwahara(kuwahara(picture, 7), 5)
    mean = paint.mean(axis=2, keepdims=True)
    paint = mean + 1.35 * (paint - mean)
    ridge = strokes(paint, 9, 3)
    light = ridge - np.roll(ridge, (1, 1), (0, 1))
    return np.clip(paint + 0.018 * light[..., None] + 0.008 * ridge[..., None], 0, 1)


def pencil(picture: Picture) -> Picture:
    """Graphite on paper: the picture dodged by its own blurred negative, tones hatched by the paper's grain."""
    lum = gray(picture)
    inverse = cv2.GaussianBlur(1 - lum, (0, 0), 11)
    lines = np.minimum(lum / np.maximum(1 - inverse, 0.05), 1)
    tone = 0.55 + 0.45 * np.clip(cv2.GaussianBlur(lum, (0, 0), 3) * 1.35, 0, 1)
    tooth = grain(lum.shape, 0.7, 5)
    drag = cv2.filter2D(tooth, -1, np.eye(11, dtype=np.float32)[::-1] / 4)
    dark = (1 - lines**1.5 * tone) * np.clip(0.9 + 0.12 * drag + 0.12 * tooth, 0, 1.3)
    paper = np.array([0.965, 0.955, 0.93], np.float32) - 0.008 * tooth[..., None]
    graphite = np.array([0.16, 0.16, 0.18], np.float32)
    return np.clip(paper + np.clip(dark, 0, 1)[..., None] * (graphite - paper), 0, 1)


def ink(picture: Picture, sigma: float = 1.3) -> Picture:
    """Brush and ink by extended difference of Gaussians (Winnemoeller 2011)."""
    lum = cv2.bilateralFilter(gray(picture), -1, 0.08, 5)
    sharp, phi, epsilon, ratio = 22.0, 9.0, 0.62, 1.6
    narrow, wide = cv2.GaussianBlur(lum, (0, 0), sigma), cv2.GaussianBlur(lum, (0, 0), sigma * ratio)
    edge = (1 + sharp) * narrow - sharp * wide
    drawn = np.where(edge >= epsilon, 1.0, 1.0 + np.tanh(phi * (edge - epsilon))).astype(np.float32)
    drawn = cv2.GaussianBlur(drawn, (0, 0), 0.7)
    black, white = np.float32([0.06, 0.05, 0.07]), np.float32([0.98, 0.97, 0.94])
    return black + drawn[..., None] * (white - black)


def cel(picture: Picture) -> Picture:
    """Flat colours in few steps of light, with outlines."""
    flat = picture
    for _ in range(5):
        flat = cv2.bilateralFilter(flat, -1, 0.12, 6)
    lab = cv2.cvtColor(flat, cv2.COLOR_RGB2LAB)
    step = 14.0
    level = lab[..., 0] / step
    lab[..., 0] = step * (np.floor(level) + 0.5 + 0.5 * np.tanh(9 * (level - np.floor(level) - 0.5)))
    lab[..., 1:] *= 1.3
    flat = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)
    lum = gray(flat)
    outline = cv2.GaussianBlur(lum, (0, 0), 1.2) - 0.98 * cv2.GaussianBlur(lum, (0, 0), 2.2)
    lines = 1 + np.minimum(np.tanh(60 * outline), 0)
    return flat * (0.25 + 0.75 * lines[..., None])


def black_and_white(picture: Picture) -> Picture:
    """An old silver print: contrast, grain, darker corners, warm black."""
    lum = np.clip(gray(picture), 0, 1)
    curve = lum * lum * (3 - 2 * lum) * 0.7 + 0.3 * lum
    rows, columns = np.indices(lum.shape) / len(lum) - 0.5
    corner = 1 - 0.5 * np.clip(np.hypot(rows, columns) - 0.3, 0, 1)
    silver = np.clip(curve * corner + 0.025 * grain(lum.shape, 0.8, 7), 0, 1)
    return (0.04 + 0.93 * silver[..., None]) * np.float32([1.0, 0.985, 0.95])
