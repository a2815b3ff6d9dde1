# shellcheck shell=sh
# Biome, from the npm registry into node_modules: what ./run check reads scripts and style sheets with. Running the service
# needs no Node. Sourced by ./run.

# find_npm: Debian packs npm apart from Node, others do not.
find_npm() { command -v npm; }

# node_packages_are_there: node_modules holds what package-lock.json says.
node_packages_are_there() {
    [ -x node_modules/.bin/biome ] && [ "$(cat .local/stamps/node 2>/dev/null)" = "$(checksum package-lock.json)" ]
}

# try_node_packages: installs them if they can be had. If not, the checks that need them say so.
try_node_packages() {
    if node_packages_are_there; then return 0; fi
    rm -f .local/stamps/node
    # In a shell of its own, which alone ends where there is no network.
    if (step "Installing the npm packages of package-lock.json" npm_install); then
        checksum package-lock.json >.local/stamps/node
    fi
}

# npm_install: exactly the lock. No package runs anything of its own; without a network it gives up in seconds.
npm_install() {
    npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 1000 --fetch-retry-maxtimeout 2000
}
