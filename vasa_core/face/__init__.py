"""Everything about the face in a picture.

`picture` reads portraits of any kind, `detector` finds faces, `landmarks` and `tracker` follow 478 points of one,
`blendshapes` scores them, `topology` is the canonical face they refer to, `pose` takes the head's turn off,
`expression` the portrait's own smile, `crop` frames head and shoulders, `enroll` does all of it and `asset` keeps
the result in a file.
"""
