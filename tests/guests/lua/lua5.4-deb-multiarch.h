// Debian's Lua asks for this; the guest looks for no modules.
#pragma once
#define DEB_HOST_MULTIARCH "none"
