local observed = type(obj.status) == "table" and obj.status.observedGeneration
if type(observed) == "number" and type(obj.metadata.generation) == "number" and observed < obj.metadata.generation then
  return {status = "Progressing", message = "its status is about an older generation"}
end
local ok, ready
