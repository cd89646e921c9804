import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'

// What examples are written in: a link to one of them is a link to a file, and not to a page.
process.env.VITE_EXTRA_EXTENSIONS = 'c,cpp,inp,jl,pl,py,r,sh'

const root = join(import.meta.dirname, '../..')
const page = (text: string, name: string) => ({ text, link: `/docs/${name}` })

const guide = [
  { text: 'What twoloop is', link: '/' },
  page('A tutorial: lynxes and hares', 'tutorial-predator-prey'),
  page('Coming from L2L, Optuna, Mesa ...', 'coming-from'),
]

const files = [
  page('Experiment files', 'experiment-files'),
  page('Commands', 'commands'),
  page('Programs that stay loaded', 'programs'),
  page('Constraints, noise, objectives', 'problems'),
  page('The runner', 'runner'),
]

const languages = [
  page('TypeScript', 'library'),
  page('Python: pandas, polars', 'pandas'),
  page('Notebooks', 'jupyter'),
  page('R', 'r'),
  page('Julia', 'julia'),
  page('SQL: DuckDB', 'duckdb'),
]

const optimizers = [
  { text: 'Which to choose', link: '/#choosing' },
  page('Whom auto takes', 'auto'),
  page('CMA-ES', 'cma-es'),
  page('All settings', 'optimizer-settings'),
  page('How good they are', 'benchmarks'),
  page("L2L's settings", 'from-l2l'),
  page('Optimizers of your own', 'optimizers'),
]

const results = [page('The record', 'record'), page('The page in the browser', 'dashboard')]

const batches = [page('Designs', 'designs'), page('Mesa, verbs, ExperimentGrid', 'batch-systems')]

const slurm = [
  page('On a cluster', 'cluster'),
  page('How many workers', 'scaling'),
  { text: 'Workers of your own', link: '/runtime/channel/PROTOCOL' },
]

const reference = [
  { text: 'twoloop', link: '/docs/api/twoloop/' },
  { text: 'twoloop/kit', link: '/docs/api/twoloop/kit/' },
  { text: 'twoloop/testing', link: '/docs/api/twoloop/testing/' },
]

/** The site has README and the pages where they lie in the repository, so that a link is the same in both. */
export default defineConfig({
  title: 'twoloop',
  description: 'An outer loop that searches, an inner loop that simulates',
  srcDir: '..',
  srcExclude: ['{CHANGELOG,CONTRIBUTING,SECURITY}.md', '{dist,optimizees,optimizers,python,runs,src,test}/**'],
  rewrites: { 'README.md': 'index.md' },
  ignoreDeadLinks: false,
  markdown: {
    config({ renderer, utils }) {
      const linkOpen = renderer.rules.link_open!
      renderer.rules.link_open = (tokens, i, ...rest) => {
        const href = tokens[i]!.attrGet('href')!
        tokens[i]!.attrSet('href', href.replace(/^\.\.\/README\.md/, '../index.md')) // README is the site's first page
        return linkOpen(tokens, i, ...rest)
      }
      // What stands in two braces is text, and nothing that Vue computes.
      renderer.rules.code_inline = (tokens, i) => `<code v-pre>${utils.escapeHtml(tokens[i]!.content)}</code>`
    },
  },
  vite: {
    build: { chunkSizeWarningLimit: 4000 }, // the index of the search is one file
    plugins: [
      {
        // README lies above the packages that its page imports.
        name: 'vue-of-the-site',
        enforce: 'pre',
        resolveId(id, _, { ssr }) {
          if (!/^vue(\/|$)/.test(id)) return null
          return ssr ? { id, external: true } : this.resolve(id, import.meta.filename, { skipSelf: true })
        },
      },
    ],
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', items: guide },
      { text: 'Files', items: files },
      { text: 'Languages', items: languages },
      { text: 'Optimizers', items: optimizers },
      { text: 'Record', items: results },
      { text: 'Batches', items: batches },
      { text: 'Slurm', items: slurm },
      { text: 'API', items: reference },
    ],
    sidebar: [
      { text: 'Guide', items: guide },
      { text: 'Experiment files', items: files },
      { text: 'Languages', items: languages },
      { text: 'Optimizers', items: optimizers },
      { text: 'Results', items: results },
      { text: 'Batches', items: batches },
      { text: 'Clusters', items: slurm },
      { text: 'API', items: reference },
    ],
  },
  /** Pages link to the examples as files. */
  buildEnd({ outDir }) {
    cpSync(join(root, 'test/examples'), join(outDir, 'test/examples'), { recursive: true })
  },
})
