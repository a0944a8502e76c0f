-- The way to a running Segue: one request by HTTP, through the curl that every system has.

local json = require("json")

local door = {}

--- Give where Segue listens unless somebody says otherwise.
function door.default_url()
  return "http://127.0.0.1:" .. (os.getenv("SEGUE_HTTP_PORT") or 5757)
end

door.NOT_RUNNING = "Segue does not answer at %s. Start it in a terminal: segue serve"
local NO_CURL = "curl was not found; Segue is reached through it. It comes with Windows 10 and macOS;"
  .. " on Linux install the package curl."

--- Give the command that posts a file of JSON and prints the answer and, on a line, its status.
--
-- @param program how curl is called: `curl`, or a full path
-- @param request url, body_path, most_seconds, answer_path for an answer that goes to a file
function door.command(program, request)
  local words = {
    program, "-sS", "-X", "POST", "--noproxy", '"*"',
    "--connect-timeout", "3", "--max-time", tostring(request.most_seconds or 120),
  }
  words[#words + 1] = '-H "Content-Type: application/json"'
  words[#words + 1] = '--data-binary "@' .. request.body_path .. '"'
  if request.answer_path then
    words[#words + 1] = '-o "' .. request.answer_path .. '"'
  else
    words[#words + 1] = '-w "\\n%{http_code}"'
  end
  words[#words + 1] = '"' .. request.url .. '"'
  return table.concat(words, " ")
end

local function explain(exit_code, output, url)
  if exit_code == 7 then
    return string.format(door.NOT_RUNNING, url)
  elseif exit_code == 28 then
    return "Segue took too long to answer; ask for fewer bars, or look at its terminal."
  elseif exit_code == 127 or exit_code == 9009 or exit_code == nil then
    return NO_CURL
  end
  local reason = output:match("curl: %(%d+%) ([^\r\n]*)") or "curl ended with code " .. exit_code
  return string.format("Segue could not be reached at %s: %s", url, reason)
end

--- Read what the command printed.
--
-- @return the noun; or nil and one line that says what is wrong
function door.read(exit_code, output, url)
  if exit_code ~= 0 then
    return nil, explain(exit_code, output, url)
  end
  local body, status = output:match("^(.*)\n(%d%d%d)%s*$")
  if not body then
    return nil, "curl gave no answer that could be read: " .. output:sub(1, 200)
  end
  local noun, reason = json.decode(body)
  if tonumber(status) == 200 and noun ~= nil then
    return noun
  elseif type(noun) == "table" and noun.message then
    return nil, "Segue: " .. tostring(noun.message)
  elseif noun == nil then
    return nil, string.format("%s is not Segue: it answered %s with %s", url, status, reason)
  end
  return nil, string.format("Segue answered with status %s", status)
end

--- Give the address of an operation.
function door.address(url, operation)
  return url:gsub("/+$", "") .. "/" .. operation:gsub("%.", "/")
end

--- Write a request where curl finds it; gives nil and the reason where that fails.
function door.write(path, request)
  local file, reason = io.open(path, "wb")
  if not file then
    return nil, "cannot write " .. reason
  end
  file:write(json.encode(request))
  file:close()
  return path
end

--- Ask Segue for something and wait for it.
--
-- @param host what the host lends: `run(command)` gives exit code and output, `curl`, `body_path`
--             a file to write to, `url` of Segue
-- @param operation `music.continue`
-- @param request a table; its fields as Segue names them
-- @return the noun; or nil and one line that says what is wrong
function door.ask(host, operation, request)
  local written, reason = door.write(host.body_path, request)
  if not written then
    return nil, reason
  end
  local url = door.address(host.url, operation)
  local command = door.command(host.curl or "curl", { url = url, body_path = host.body_path })
  local exit_code, output = host.run(command)
  os.remove(host.body_path)
  return door.read(exit_code, output, host.url)
end

return door
