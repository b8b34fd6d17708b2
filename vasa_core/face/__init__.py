"""Everything about the face in a picture.

`picture` reads portraits of any kind, `detector` finds faces, `landmarks` and `tracker` follow 478 points of one,
`blendshapes` scores them, `topology` is the canonical face they refer to, `pose` takes the head's turn off,
`expression` the portrait's own smile, as far as `evidence` proves it.

`crop` frames head and shoulders and `upscale` enlarges small sources. `cutout` parts the person from the background:
`segmentation` says roughly where the person is, `silhouette` settles that by colour, `matting` and `stray` find how
opaque each pixel is, `crown` rounds a head that the picture cuts off, `background` fills in what lies behind, with
pieces that `exemplar` finds.

`enroll` does all of it, `limits` says how far the result may be moved, `asset` is the result and `asset_file` keeps it,
`report` shows it.
"""
