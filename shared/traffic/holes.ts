import type { Direction, Rule } from '../security-group';
import { ALL_ADDRESSES, type Box } from './box';
import { decide } from './decide';
import { decisionList } from './decision-list';
import {
  boxNumbers,
  type Contender,
  cutToBox,
  decidedCovers,
  type LocalList,
  visitDecided,
} from './local-list';
import type { RuleSet } from './rule-set';
import { STRIDE, UncoveredSearch } from './uncovered';
import { FAMILIAR_ADDRESSES, packetIn, pinService } from './witness';
import type { WorkMeter } from './work';

/** Packets that one entry lets, or may let, through. */
export interface Hole {
  readonly by: Rule | 'default';
  /** Some of the packets. */
  readonly box: Box;
  /** Whether they get through whatever unread groups and lists hold. */
  readonly certain: boolean;
  /** If not certain: what it hangs on. */
  readonly on: readonly string[];
  /** Some of the packets, with a peer address that people know where there is one. */
  readonly familiar: () => Box;
}

/**
 * One hole for each entry that lets, or may let, a packet of a box through, strongest first. `given`
 * names the groups and lists that the peers of all these packets belong to.
 */
export function findHoles(
  ruleSet: RuleSet,
  direction: Direction,
  within: Box,
  given: readonly string[],
  work: WorkMeter,
): Hole[] {
  const familiarPeers = FAMILIAR_ADDRESSES[within.family].filter(
    (address) => within.peer.first <= address && address <= within.peer.last,
  );
  const landmarks = familiarPeers.map((address) => ({
    ...within,
    peer: { first: address, last: address },
  }));
  const entries = decisionList(ruleSet, direction, within.family);
  const list = cutToBox(entries, within, work, { given, landmarks });
  const possible: Part = {
    search: list.search,
    coversOf: (contender) => decidedCovers(list, contender),
  };
  const hasUnknowns = list.contenders.some(({ unknowns }) => unknowns.length > 0);
  const certain = hasUnknowns ? certainPart(list, work) : possible;

  return list.contenders.flatMap((contender): Hole[] => {
    if (!contender.entry.accept) return [];
    const { by } = contender.entry;
    const some = findIn(possible, contender);
    if (!some) return [];
    const sure = certain === possible ? some : findIn(certain, contender);
    if (sure && given.length === 0) {
      const familiar = () => findFamiliar(certain, contender) ?? sure;
      return [{ by, box: sure, certain: true, on: [], familiar }];
    }
    const pinned = sure && pinService(sure);
    if (pinned && everyPeerPasses(pinned)) {
      return [{ by, box: pinned, certain: true, on: [], familiar: () => pinned }];
    }
    const familiar = () => findFamiliar(possible, contender) ?? some;
    const on = [...given, ...decide(ruleSet, packetIn(some, direction)).on];
    return [{ by, box: some, certain: false, on, familiar }];
  });

  function findIn(part: Part, contender: Contender, peer?: bigint): Box | undefined {
    const { grid } = list;
    const covers = part.coversOf(contender);
    if (!covers) return undefined;
    let found: Box | undefined;
    for (let box = contender.from; box < contender.to && !found; box++) {
      const target = grid.cells.slice(box * STRIDE, (box + 1) * STRIDE);
      if (peer !== undefined) {
        const position = grid.peerPosition(peer);
        if (position < (target[0] ?? 0) || position > (target[1] ?? 0)) continue;
        target.fill(position, 0, 2);
      }
      part.search.visit(target, 0, covers, (piece, offset) => {
        found = grid.toBox(piece, offset);
        return true;
      });
    }
    return found;
  }

  function findFamiliar(part: Part, contender: Contender): Box | undefined {
    for (const peer of familiarPeers) {
      const found = findIn(part, contender, peer);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether packets of a service get through whichever address they go to or come from. */
  function everyPeerPasses(pinned: Box): boolean {
    const line = { ...pinned, peer: ALL_ADDRESSES[within.family] };
    const along = cutToBox(entries, line, work, { given });
    return !along.contenders.some(
      (contender) => !contender.entry.accept && visitDecided(along, contender, () => true),
    );
  }
}

/**
 * A set of packets for each contender: its boxes minus covers, by their numbers in the search.
 * Undefined covers: there are no such packets.
 */
interface Part {
  readonly search: UncoveredSearch;
  readonly coversOf: (contender: Contender) => readonly number[] | undefined;
}

/**
 * The packets that contenders without unknowns decide for certain: minus stronger certain ones, and
 * minus what stronger drops that hang on something may decide.
 */
function certainPart(list: LocalList, work: WorkMeter): Part {
  const { contenders, grid } = list;
  const certain = (contender: Contender) =>
    boxNumbers(contenders, (other) => other.from < contender.from && other.unknowns.length === 0);
  const blockers: { from: number; number: number }[] = [];
  const blockerCells: number[] = [];
  for (const contender of contenders) {
    if (contender.entry.accept || contender.unknowns.length === 0) continue;
    visitDecided(list, contender, (piece, offset) => {
      work.keep();
      const number = (grid.cells.length + blockerCells.length) / STRIDE;
      blockers.push({ from: contender.from, number });
      blockerCells.push(...piece.subarray(offset, offset + STRIDE));
      return false;
    });
  }
  const cells = Int32Array.from([...grid.cells, ...blockerCells]);
  return {
    search: new UncoveredSearch(cells, work),
    coversOf: (contender) => {
      if (contender.unknowns.length > 0) return undefined;
      const blocking = blockers.filter(({ from }) => from < contender.from);
      return [...certain(contender), ...blocking.map(({ number }) => number)];
    },
  };
}
