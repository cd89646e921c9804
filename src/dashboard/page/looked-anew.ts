import { useEffect, useState } from 'preact/hooks'

/** How often all runs are looked at anew where several are shown. */
const lookEveryMs = 5000

/** Counts up when several runs are to be asked about anew. */
export function useLookedAnew(): number {
  const [version, setVersion] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setVersion((count) => count + 1), lookEveryMs)
    return () => clearInterval(timer)
  }, [])
  return version
}
