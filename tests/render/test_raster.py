import numpy as np
from scipy.spatial import Delaunay

from vasa_core.render.painter import Painter, as_pixels
from vasa_core.render.raster import find_spans, opaque, pack
from vasa_core.render.relief import draw_relief

SIZE = 96


def _mesh(seed: int, jitter: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Source and moved positions of a mesh that covers the frame, and its triangles."""
    random = np.random.default_rng(seed)
    source = random.uniform(-4, SIZE + 4, (120, 2))
    corners = np.array([[-6, -6], [-6, SIZE + 6], [SIZE + 6, -6], [SIZE + 6, SIZE + 6]])
    source = np.concatenate([corners, source]).astype(np.float32)
    triangles = Delaunay(source).simplices.astype(np.int32)
    moved = source.copy()
    moved[4:] += random.uniform(-jitter, jitter, (120, 2))
    return source, moved.astype(np.float32), np.ascontiguousarray(triangles)


def _spans(position: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    spans = np.zeros((60 * SIZE, 4), np.int32)
    count = find_spans(position, triangles, SIZE, SIZE, spans)
    return spans[:count]


def _image(seed: int, size: int = SIZE) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.ascontiguousarray(random.integers(0, 256, (size, size, 3), dtype=np.uint8))


def _drawn(
    texture: np.ndarray,
    position: np.ndarray,
    source: np.ndarray,
    triangles: np.ndarray,
    gain: float = 1.0,
    back: np.ndarray | None = None,
) -> np.ndarray:
    """The frame [SIZE, SIZE, 4] with a mesh drawn over `back`."""
    painter = Painter(SIZE)
    painter.begin()
    light = np.full(len(position), gain, np.float32)
    draw_relief(as_pixels(painter.frame), painter.gains, pack(texture), position, source, light, triangles)
    painter.lay_over(np.zeros((SIZE, SIZE, 4), np.uint8) if back is None else back)
    return painter.frame


def _slow_bilinear(image: np.ndarray, u: float, v: float) -> np.ndarray:
    height, width = image.shape[:2]
    u, v = np.clip(u - 0.5, 0, width - 1), np.clip(v - 0.5, 0, height - 1)
    x, y = min(int(u), width - 2), min(int(v), height - 2)
    fx, fy = u - x, v - y
    block = image[y : y + 2, x : x + 2].astype(float)
    return (block[0, 0] * (1 - fx) + block[0, 1] * fx) * (1 - fy) + (block[1, 0] * (1 - fx) + block[1, 1] * fx) * fy


def test_every_pixel_belongs_to_exactly_one_triangle() -> None:
    for seed in range(5):
        source, _, triangles = _mesh(seed, 0)
        counts = np.zeros((SIZE, SIZE), int)
        for _, y, left, right in _spans(source, triangles):
            counts[y, left:right] += 1
        assert (counts == 1).all()


def test_matches_a_slow_reference() -> None:
    source, moved, triangles = _mesh(1, 1.0)
    image = _image(2, SIZE + 16)
    shifted = source + np.float32(8)
    frame = _drawn(opaque(image), moved, shifted, triangles)[..., :3]
    spans = _spans(moved, triangles)
    owner = np.full((SIZE, SIZE), -1)
    for n, y, left, right in spans:
        owner[y, left:right] = n
    random = np.random.default_rng(0)
    for y, x in random.integers(0, SIZE, (400, 2)):
        a, b, c = triangles[owner[y, x]]
        matrix = np.vstack([moved[[a, b, c]].T.astype(float), np.ones(3)])
        share = np.linalg.solve(matrix, np.array([x + 0.5, y + 0.5, 1.0]))
        u, v = share @ shifted[[a, b, c]].astype(float)
        assert np.abs(frame[y, x] - _slow_bilinear(image, u, v)).max() <= 2.0


def test_unmoved_mesh_copies_the_picture() -> None:
    source, _, triangles = _mesh(3, 0)
    image = _image(4, SIZE + 16)
    frame = _drawn(opaque(image), source, source + np.float32(8), triangles)
    assert np.array_equal(frame[..., :3], image[8:-8, 8:-8])
    assert (frame[..., 3] == 255).all()


def test_light_multiplies_colours_and_stops_at_white() -> None:
    source, _, triangles = _mesh(3, 0)
    image = _image(4, SIZE + 16)
    frame = _drawn(opaque(image), source, source + np.float32(8), triangles, gain=1.3)
    expected = np.minimum(image[8:-8, 8:-8] * 1.3, 255)
    assert np.abs(frame[..., :3] - expected).max() <= 1
    assert (frame[..., 3] == 255).all()


def test_transparent_textures_lie_over_the_frame() -> None:
    source, _, triangles = _mesh(3, 0)
    front = np.dstack([_image(4, SIZE + 16), _image(5, SIZE + 16)[..., 0]])
    front[..., :3] = np.rint(front[..., :3] * (front[..., 3:] / 255.0))
    back = opaque(_image(6))
    frame = _drawn(front, source, source + np.float32(8), triangles, back=back)
    inside = front[8:-8, 8:-8].astype(float)
    expected = inside + back * (1 - inside[..., 3:] / 255)
    assert np.abs(frame - expected).max() <= 2


def test_lit_transparency_stays_premultiplied() -> None:
    source, _, triangles = _mesh(3, 0)
    front = np.full((SIZE + 16, SIZE + 16, 4), 90, np.uint8)
    frame = _drawn(front, source, source + np.float32(8), triangles, gain=1.3)
    assert (frame[..., :3] <= frame[..., 3:]).all()


def test_wild_triangles_read_nothing_outside_the_texture() -> None:
    random = np.random.default_rng(0)
    source, _, triangles = _mesh(7, 0)
    for spread in (1, 30, 3000):
        moved = (source + random.normal(0, spread, source.shape)).astype(np.float32)
        _drawn(opaque(_image(1)), moved, np.clip(source, 0, SIZE), triangles)


def test_nothing_is_drawn_outside_the_frame() -> None:
    position = np.array([[-500, -500], [700, -300], [-300, 900]], np.float32)
    spans = _spans(position, np.array([[0, 1, 2]], np.int32))
    assert spans[:, 1].min() == 0 and spans[:, 1].max() < SIZE
    assert spans[:, 2].min() >= 0 and spans[:, 3].max() <= SIZE
