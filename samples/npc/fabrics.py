"""Materials of clothes and ornaments: cloth, leather, gold, stones, pearls."""

from stage import Nodes, principled


def cloth(name, colour, rough=0.85, weave=26.0, sheen=0.35, dirt=0.25, bump=0.5):
    """Woven cloth."""
    n = Nodes(name)
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    thread = n.math("MULTIPLY", n.add("ShaderNodeTexWave", {"bands_direction": "Z"}, Vector=place, Scale=weave,
                    Distortion=1.5, Detail=1.0).outputs["Fac"], n.add("ShaderNodeTexWave", {"bands_direction": "X"},
                    Vector=place, Scale=weave, Distortion=1.5, Detail=1.0).outputs["Fac"])  # fmt: skip
    patch = n.noise(place, 3.0, 5.0, 0.6)
    tone = n.mix(n.math("MULTIPLY", patch, dirt * 2), colour, tuple(0.45 * c for c in colour))
    tone = n.mix(n.math("MULTIPLY", thread, 0.35), tone, tuple(0.6 * c for c in colour))
    relief = n.math("ADD", n.math("MULTIPLY", thread, 0.6), n.math("MULTIPLY", n.noise(place, 9.0, 3.0), 0.6))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tone, Roughness=rough, Sheen_Weight=sheen,
                   Sheen_Roughness=0.5, Normal=n.bump(relief, bump, 0.02), Specular_IOR_Level=0.25)  # fmt: skip
    return n.finish(shader.outputs[0])


def leather(name, colour=(0.13, 0.055, 0.025), rough=0.48):
    """Worn leather."""
    n = Nodes(name)
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    cells = n.add("ShaderNodeTexVoronoi", {"feature": "DISTANCE_TO_EDGE"}, Vector=place, Scale=26.0).outputs["Distance"]
    stains = n.noise(place, 2.6, 6.0, 0.65)
    tone = n.mix(stains, tuple(0.35 * c for c in colour), tuple(min(1.5 * c, 1) for c in colour))
    worn = n.math("ADD", rough - 0.12, n.math("MULTIPLY", n.noise(place, 7.0, 4.0), 0.3))
    relief = n.math("ADD", n.math("MINIMUM", cells, 0.12), n.math("MULTIPLY", n.noise(place, 5.0, 5.0), 0.35))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=tone, Roughness=worn, Normal=n.bump(relief, 0.6, 0.04),
                   Specular_IOR_Level=0.45)  # fmt: skip
    return n.finish(shader.outputs[0])


def gold(rough=0.24, colour=(0.95, 0.62, 0.24)):
    """Old, hammered gold."""
    n = Nodes("gold")
    place = n.add("ShaderNodeTexCoord").outputs["Object"]
    dents = n.noise(place, 14.0, 3.0)
    worn = n.math("ADD", rough - 0.08, n.math("MULTIPLY", n.noise(place, 35.0, 4.0), 0.2))
    shader = n.add("ShaderNodeBsdfPrincipled", Base_Color=colour, Metallic=1.0, Roughness=worn,
                   Normal=n.bump(dents, 0.25, 0.03))  # fmt: skip
    return n.finish(shader.outputs[0])


def jewel(colour):
    """A clear coloured stone: a deep gloss rather than refraction, which is noisy at this size."""
    return principled("jewel", Base_Color=colour, Roughness=0.08, Metallic=0.35, Coat_Weight=1.0, Coat_Roughness=0.03,
                      Specular_IOR_Level=0.9)  # fmt: skip


def pearl():
    """Pearls."""
    return principled("pearl", Base_Color=(0.78, 0.70, 0.62), Roughness=0.22, Coat_Weight=0.6, Coat_Roughness=0.08,
                      Subsurface_Weight=0.3, Subsurface_Scale=0.05)  # fmt: skip
