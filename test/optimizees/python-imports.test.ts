import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { withPythonImports } from '../../optimizees/shared/python-imports.ts'
import { temporaryDirectory } from '../temporary.ts'

const sources = {
  'model.py': `
import json, numpy as np, rates as r  # from the folder, as all that follows
from twoloop import serve
import parts.mesh
from parts.solver import (
    euler,  # explicit (forward)
    implicit,
)
if True:
    from constants import g
import os; import beside
try: import tried
except ImportError: pass
text = "no import unused"
`,
  'rates.py': 'import model',
  'twoloop.py': '',
  'constants.py': '',
  'beside.py': '',
  'tried.py': '',
  'unused.py': '',
  'parts/__init__.py': '',
  'parts/mesh.py': 'from . import grid\nfrom .. import none',
  'parts/grid.py': 'from .deep.down import depth',
  'parts/deep/down.py': '',
  'parts/solver/__init__.py': '',
  'parts/solver/implicit.py': '',
  'other.jl': 'import unused',
}

test('what scripts in Python import from beside them belongs to a simulation, and what that imports in turn', () => {
  const folder = temporaryDirectory()
  for (const [name, text] of Object.entries(sources)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const files = withPythonImports(['model.py', 'other.jl', 'missing.py'].map((name) => join(folder, name)))
  const others = ['missing.py', ...Object.keys(sources).filter((name) => !['twoloop.py', 'unused.py'].includes(name))]
  expect(files.map((file) => relative(folder, file)).sort()).toEqual(others.sort())
})
