if type(status.conditions) == "table" then
  for _, condition in ipairs(status.conditions) do
    if condition.type == "GraphAccepted" and condition.status == "False" then
      return {status = "Degraded", message = tostring(condition.message)}
    end
  end
end
return {status = "Progressing", message = tostring(message)}
