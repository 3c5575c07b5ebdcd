if status.state == "ERROR" or status.state == "FAILED" then
  return {status = "Degraded", message = tostring(message)}
end
if ready == nil and status.state == "ACTIVE" then
  return {status = "Healthy", message = "active"}
end
return {status = "Progressing", message = tostring(message)}
