local ready = nil
if type(status.conditions) == "table" then
  for _, condition in ipairs(status.conditions) do
    if condition.type == "Ready" then ready = condition end
  end
end
local message = ready ~= nil and ready.message or status.state
if message == nil then message = "waiting for its status" end
if ready ~= nil and type(ready.observedGeneration) == "number" and type(obj.metadata.generation) == "number" and ready.observedGeneration < obj.metadata.generation then
  return {status = "Progressing", message = "its status is about an older generation"}
end
if ready ~= nil and ready.status == "True" then
  return {status = "Healthy", message = "ready"}
end
