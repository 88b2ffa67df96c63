import type { Direction, Rule } from '../security-group';
import { ALL_ADDRESSES, type Box, type Span } from './box';
import { decide } from './decide';
import { decisionList } from './decision-list';
import { layOutAddresses } from './layout';
import {
  type Contender,
  certainCovers,
  clip,
  cutToBox,
  decidedCovers,
  type LocalList,
  visitDecided,
} from './local-list';
import type { RuleSet } from './rule-set';
import { STRIDE, UncoveredSearch } from './uncovered';
import { familiarAddresses, packetIn, pinService } from './witness';
import type { WorkMeter } from './work';

/** Packets that one entry lets, or may let, through. */
export interface Hole {
  readonly by: Rule | 'default';
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
  const familiarPeers = familiarAddresses(within.family).filter(
    (address) => within.peer.first <= address && address <= within.peer.last,
  );
  const landmarks = familiarPeers.map((address) => ({
    ...within,
    peer: { first: address, last: address },
  }));
  const entries = decisionList(ruleSet, direction, within.family);
  const layout = layOutAddresses(entries, within, work, landmarks);
  const list = clip(layout, within, work, { given });
  const { grid } = list;
  const possible: Packets = {
    cells: list.cells,
    search: list.search,
    coversOf: (contender) => decidedCovers(list, contender),
  };
  const hasUnknowns = list.contenders.some(({ unknowns }) => unknowns.length > 0);
  const certain = hasUnknowns ? certainPackets(list, work) : possible;

  return list.contenders.flatMap((contender): Hole[] => {
    if (!contender.entry.accept) return [];
    const { by } = contender.entry;
    const some = findIn(possible, contender);
    if (!some) return [];
    const sure = certain === possible ? some : findIn(certain, contender);
    if (sure && given.length === 0) {
      return [{ by, certain: true, on: [], familiar: () => familiarBox(certain, contender, sure) }];
    }
    const pinned = sure && pinService(grid.toBox(sure, 0));
    // Where some addresses are left out, they may be those of all the members.
    if (pinned && isEveryAddress(within.peer) && everyPeerPasses(pinned)) {
      return [{ by, certain: true, on: [], familiar: () => pinned }];
    }
    const on = [...given, ...decide(ruleSet, packetIn(grid.toBox(some, 0), direction)).on];
    return [{ by, certain: false, on, familiar: () => familiarBox(possible, contender, some) }];
  });

  function isEveryAddress({ first, last }: Span<bigint>): boolean {
    const every = ALL_ADDRESSES[within.family];
    return first === every.first && last === every.last;
  }

  /** Some packets that a contender decides, as eight numbers of the grid. */
  function findIn(packets: Packets, contender: Contender, peer?: bigint): Int32Array | undefined {
    const { cells, search, coversOf } = packets;
    const covers = coversOf(contender);
    if (!covers) return undefined;
    let found: Int32Array | undefined;
    for (let box = contender.from; box < contender.to && !found; box++) {
      let target = cells.subarray(box * STRIDE, (box + 1) * STRIDE);
      if (peer !== undefined) {
        const position = grid.peerPosition(peer);
        if (position < (target[0] ?? 0) || position > (target[1] ?? 0)) continue;
        target = target.slice().fill(position, 0, 2);
      }
      search.visit(target, 0, covers, (piece, offset) => {
        found = piece.slice(offset, offset + STRIDE);
        return true;
      });
    }
    return found;
  }

  function familiarBox(packets: Packets, contender: Contender, otherwise: Int32Array): Box {
    for (const peer of familiarPeers) {
      const found = findIn(packets, contender, peer);
      if (found) return grid.toBox(found, 0);
    }
    return grid.toBox(otherwise, 0);
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
interface Packets {
  readonly cells: Int32Array;
  readonly search: UncoveredSearch;
  readonly coversOf: (contender: Contender) => ArrayLike<number> | undefined;
}

/**
 * The packets that contenders without unknowns decide for certain: minus stronger certain ones, and
 * minus what stronger drops that hang on something may decide.
 */
function certainPackets(list: LocalList, work: WorkMeter): Packets {
  const { contenders } = list;
  const blockers: { from: number; number: number }[] = [];
  const blockerCells: number[] = [];
  for (const contender of contenders) {
    if (contender.entry.accept || contender.unknowns.length === 0) continue;
    visitDecided(list, contender, (piece, offset) => {
      work.keep();
      const number = (list.cells.length + blockerCells.length) / STRIDE;
      blockers.push({ from: contender.from, number });
      blockerCells.push(...piece.subarray(offset, offset + STRIDE));
      return false;
    });
  }
  const cells = Int32Array.from([...list.cells, ...blockerCells]);
  return {
    cells,
    search: new UncoveredSearch(cells, work),
    coversOf: (contender) => {
      if (contender.unknowns.length > 0) return undefined;
      const blocking = blockers.filter(({ from }) => from < contender.from);
      return [...certainCovers(list, contender), ...blocking.map(({ number }) => number)];
    },
  };
}
