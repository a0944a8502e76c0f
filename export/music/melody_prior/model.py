"""The network of `export.networks.melody_network`; whoever starts from the prior has it too."""

from export.networks.melody_network import LengthHead as LengthHead
from export.networks.melody_network import LoudnessHead as LoudnessHead
from export.networks.melody_network import MelodyPriorNetwork as MelodyPriorNetwork
from export.networks.melody_network import PriorSettings as PriorSettings
from export.networks.melody_network import Step as Step
from export.networks.melody_network import rotated as rotated
