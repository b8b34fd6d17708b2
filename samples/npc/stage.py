"""Blender's side of things: meshes, strands, camera, lamps, rendering. Axes: x right, y away, z up; dm."""

import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector
from PIL import Image

JPEG_QUALITY = 95


def clear() -> None:
    """An empty scene."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def add_mesh(name, vertices, quads, material, attributes=None, smooth=True):
    """A mesh object; `attributes` maps names to [N], [N, 3] (vector) or [N, 4] (linear colour) arrays."""
    mesh = bpy.data.meshes.new(name)
    faces = np.asarray(quads, np.int32)
    sides = faces.shape[1]
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.asarray(vertices, np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(len(faces), dtype=np.int32) * sides)
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.full(len(faces), smooth))
    for key, values in (attributes or {}).items():
        values = np.asarray(values, np.float32)
        kind, field = {1: ("FLOAT", "value"), 3: ("FLOAT_VECTOR", "vector"), 4: ("FLOAT_COLOR", "color")}[
            values.shape[1] if values.ndim > 1 else 1
        ]
        mesh.attributes.new(key, kind, "POINT").data.foreach_set(field, values.ravel())
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_strands(name, points, radii, material, colours=None):
    """Hair: `points` [S, K, 3], `radii` [S, K] dm, `colours` [S, 3] linear."""
    curves = bpy.data.hair_curves.new(name)
    count, length = points.shape[:2]
    curves.add_curves([length] * count)
    curves.attributes["position"].data.foreach_set("vector", np.asarray(points, np.float32).ravel())
    radius = curves.attributes.get("radius") or curves.attributes.new("radius", "FLOAT", "POINT")
    radius.data.foreach_set("value", np.asarray(radii, np.float32).ravel())
    if colours is not None:
        rgba = np.concatenate([colours, np.ones((count, 1))], axis=1)
        curves.attributes.new("tint", "FLOAT_COLOR", "CURVE").data.foreach_set("color", rgba.astype(np.float32).ravel())
    curves.materials.append(material)
    thing = bpy.data.objects.new(name, curves)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_camera(target, distance, width, up=0.0, focus=None, aperture=None):
    """A camera `distance` dm before `target` [3], `up` dm above it, whose frame is `width` dm wide there."""
    data = bpy.data.cameras.new("camera")
    data.sensor_width = 36.0
    data.lens = 36.0 * float(np.hypot(distance, up)) / width
    data.clip_end = 1000
    camera = bpy.data.objects.new("camera", data)
    camera.location = (target[0], target[1] - distance, target[2] + up)
    camera.rotation_euler = (np.pi / 2 - np.arctan2(up, distance), 0, 0)
    if aperture is not None:
        data.dof.use_dof = True
        data.dof.focus_distance = focus
        data.dof.aperture_fstop = aperture
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    return camera


def add_lamp(name, place, target, power, size, colour=(1.0, 1.0, 1.0), seen=False):
    """A square area lamp looking at `target`; power in W, size in dm."""
    data = bpy.data.lights.new(name, "AREA")
    data.energy, data.size, data.color = power, size, colour
    lamp = bpy.data.objects.new(name, data)
    lamp.location = place
    toward = np.asarray(target, float) - np.asarray(place, float)
    lamp.rotation_euler = Vector(toward).to_track_quat("-Z", "Y").to_euler()
    lamp.visible_camera = seen
    bpy.context.scene.collection.objects.link(lamp)
    return lamp


def set_world(colour, strength):
    """Even light from all around."""
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    shader = world.node_tree.nodes["Background"]
    shader.inputs["Color"].default_value = (*colour, 1)
    shader.inputs["Strength"].default_value = strength
    bpy.context.scene.world = world
    return world


def render(path: str | Path, size: int, samples: int, exposure=0.0, look="AgX - Medium High Contrast", view="AgX"):
    """Render the scene to a PNG or JPEG of `size` px square on one core."""
    path = Path(path)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    scene.cycles.denoising_prefilter = "ACCURATE"
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 6, 3, 3
    scene.cycles.transparent_max_bounces = 16
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.sample_clamp_indirect = 3.0
    scene.cycles.seed = 1
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.film_transparent = False
    scene.render.use_persistent_data = True
    scene.view_settings.view_transform = view
    scene.view_settings.look = look if view == "AgX" else "None"
    scene.view_settings.exposure = exposure
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.compression = 90
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = f"{folder}/picture.png"
        bpy.ops.render.render(write_still=True)
        picture = Image.open(scene.render.filepath).convert("RGB")
        picture.save(
            path, **({"quality": JPEG_QUALITY, "subsampling": 0} if path.suffix == ".jpg" else {"optimize": True})
        )


class Nodes:
    """A material as a handful of calls: `n = Nodes("skin"); n.add("ShaderNodeTexNoise", Scale=3)`."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()
        self.output = self.tree.nodes.new("ShaderNodeOutputMaterial")

    def add(self, kind, settings=None, **inputs):
        """A node; inputs are values or sockets, their spaces written as underscores."""
        node = self.tree.nodes.new(kind)
        for key, value in (settings or {}).items():
            setattr(node, key, value)
        for key, value in inputs.items():
            socket = (
                node.inputs[int(key[1:])] if key[0] == "i" and key[1:].isdigit() else node.inputs[key.replace("_", " ")]
            )
            self.link(value, socket)
        return node

    def link(self, value, socket) -> None:
        """A value or a socket to an input."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif isinstance(value, (tuple, list, np.ndarray)) and len(value) == 3 and socket.type == "RGBA":
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def attribute(self, name):
        """A vertex attribute (sockets Color, Vector, Fac)."""
        return self.add("ShaderNodeAttribute", {"attribute_name": name})

    def math(self, operation, a, b=0.0):
        """A value computed from two."""
        return self.add("ShaderNodeMath", {"operation": operation}, i0=a, i1=b).outputs[0]

    def noise(self, vector, scale, detail=2.0, roughness=0.5):
        """Noise in 0..1 around 0.5."""
        return self.add("ShaderNodeTexNoise", Vector=vector, Scale=scale, Detail=detail, Roughness=roughness).outputs[0]

    def scaled(self, vector, by):
        """A vector stretched along the axes."""
        return self.add("ShaderNodeVectorMath", {"operation": "MULTIPLY"}, i0=vector, i1=by).outputs[0]

    def mix(self, share, a, b, blend="MIX"):
        """Two colours mixed."""
        node = self.tree.nodes.new("ShaderNodeMix")
        node.data_type, node.blend_type = "RGBA", blend
        self.link(share, node.inputs[0])
        self.link(a, node.inputs[6])
        self.link(b, node.inputs[7])
        return node.outputs[2]

    def bump(self, height, strength, distance, normal=None):
        """A bumped normal; distance in dm."""
        inputs = {"Height": height, "Strength": strength, "Distance": distance}
        if normal is not None:
            inputs["Normal"] = normal
        return self.add("ShaderNodeBump", **inputs).outputs[0]

    def finish(self, shader):
        """The material with its surface."""
        self.tree.links.new(shader, self.output.inputs["Surface"])
        return self.material


def principled(name, **inputs):
    """A plain material."""
    nodes = Nodes(name)
    return nodes.finish(nodes.add("ShaderNodeBsdfPrincipled", **inputs).outputs[0])
