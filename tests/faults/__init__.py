# SPDX-License-Identifier: BSD-3-Clause
"""What is left where something fails: errors of the user's own functions, no memory, no disk, no worker."""
