/** Several objectives were a sum before version 3, in which directions weighed -1 and 1: the value of a manifest's row. */
export const weighedObjectives = `
  case when key = 'objectives' and (select count(*) from json_each(value)) > 1
    then (select json_group_object(o.key, case o.value when 'minimize' then -1 when 'maximize' then 1 else o.value end)
          from json_each(manifest.value) o)
    else value end`
