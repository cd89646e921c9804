import { checkRunnerSettings, type RunnerSettings } from '../../src/core/runner-settings.ts'
import { CommandLauncher, commandProspect } from '../runner/command-launcher.ts'
import type { Launcher, Prospect } from '../runner/launcher.ts'
import { LocalLauncher, localProspect } from '../runner/local-launcher.ts'
import { goneWorkers } from './allocation.ts'
import { SbatchLauncher, sbatchProspect } from './sbatch-launcher.ts'
import { SrunLauncher, srunProspect } from './srun-launcher.ts'

/**
 * The launcher that the settings name.
 *
 * @param say is told what goes otherwise than was asked for
 */
export function launcherOf(settings: RunnerSettings, say?: (sentence: string) => void): Launcher {
  checkRunnerSettings('launcherOf', settings)
  switch (settings.launcher) {
    case 'command':
      return new CommandLauncher(settings, goneWorkers)
    case 'local':
      return new LocalLauncher(settings, goneWorkers)
    case 'srun':
      return new SrunLauncher(settings)
    case 'sbatch':
      return new SbatchLauncher(settings, say)
  }
}

/** What can be said of that launcher before anything is started. */
export function prospectOf(settings: RunnerSettings): Prospect {
  switch (settings.launcher) {
    case 'command':
      return commandProspect(settings)
    case 'local':
      return localProspect(settings)
    case 'srun':
      return srunProspect(settings)
    case 'sbatch':
      return sbatchProspect(settings)
  }
}
