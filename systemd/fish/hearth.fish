# Completion of Hearth's programs for fish. Made from their command lines: deno task generate.
function __hearth_at --description 'The words before the cursor lead to this command'
  set -l words (commandline -opc)
  set -l at (string replace -r '.*/' '' -- $words[1])
  switch $at
    case playwright-snapshot-refresh
      set at 'refresh'
    case t3-mint
      set at 'mint'
    case t3-dispatch
      set at 'dispatch'
    case t3-autoupdate
      set at 'autoupdate run'
    case t3-backup-state
      set at 'autoupdate backup'
    case t3-provision-users
      set at 'provision apply'
    case hearth-autoupdate
      set at 'autoupdate'
    case hearth-provision
      set at 'provision'
    case hearth-roster
      set at 'roster'
  end
  for word in $words[2..-1]
    contains -- "$at $word" 'autoupdate run' \
      'autoupdate status' \
      'autoupdate drain' \
      'autoupdate recover' \
      'autoupdate freeze' \
      'autoupdate unfreeze' \
      'autoupdate retry' \
      'autoupdate rollback' \
      'autoupdate backup' \
      'autoupdate restore' \
      'autoupdate history' \
      'hearth up' \
      'hearth demo' \
      'hearth status' \
      'hearth doctor' \
      'hearth sites' \
      'hearth token' \
      'hearth token new' \
      'hearth token check' \
      'hearth verify' \
      'hearth completion' \
      'provision plan' \
      'provision apply' \
      'provision host' \
      'provision status' \
      'provision adopt' \
      'roster validate' \
      'roster derive' \
      'roster offboard' \
      'roster membership' \
      'roster ports'
    or break
    set at "$at $word"
  end
  test "$at" = "$argv"
end

set -l programs hearth playwright-snapshot-refresh t3-mint t3-dispatch t3-autoupdate t3-backup-state t3-provision-users hearth-autoupdate hearth-provision hearth-roster
for program in $programs
  complete -c $program -f
  complete -c $program -n '__hearth_at autoupdate' -a run -d 'bring out what the channel offers, as far as it gets'
  complete -c $program -n '__hearth_at autoupdate' -a status -d 'who has what, and what somebody should look at'
  complete -c $program -n '__hearth_at autoupdate' -a drain -d 'bring who was busy, or is new, to the last good build'
  complete -c $program -n '__hearth_at autoupdate' -a recover -d 'finish or undo what an earlier run left, and begin nothing'
  complete -c $program -n '__hearth_at autoupdate' -a freeze -d 'nothing is updated until unfreeze'
  complete -c $program -n '__hearth_at autoupdate' -a unfreeze -d 'the next run goes on'
  complete -c $program -n '__hearth_at autoupdate' -a retry -d 'have a build that failed be tried again'
  complete -c $program -n '__hearth_at autoupdate' -a rollback -d 'everybody back to an earlier version, with the data of then'
  complete -c $program -n '__hearth_at autoupdate' -a backup -d 'copy every user\'s data'
  complete -c $program -n '__hearth_at autoupdate' -a restore -d 'list a user\'s copies, try one out, or put one back'
  complete -c $program -n '__hearth_at autoupdate' -a history -d 'what was decided and done'
  complete -c $program -n '__hearth_at autoupdate' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate run' -l dry-run -d 'run the gate and change nothing'
  complete -c $program -n '__hearth_at autoupdate run' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at autoupdate run' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate status' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at autoupdate status' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate drain' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at autoupdate drain' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate recover' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate freeze' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate unfreeze' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate retry' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate rollback' -l to -d 'an earlier last good version' -x
  complete -c $program -n '__hearth_at autoupdate rollback' -l why -d 'the reason, for the history' -x
  complete -c $program -n '__hearth_at autoupdate rollback' -l even-busy -d 'also interrupt who is working'
  complete -c $program -n '__hearth_at autoupdate rollback' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at autoupdate rollback' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate backup' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate restore' -l backup -d 'the copy; else the newest' -x
  complete -c $program -n '__hearth_at autoupdate restore' -l drill -d 'try it out, and touch nothing of the user\'s'
  complete -c $program -n '__hearth_at autoupdate restore' -l apply -d 'put it back'
  complete -c $program -n '__hearth_at autoupdate restore' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at autoupdate restore' -fa '(__fish_complete_users)'
  complete -c $program -n '__hearth_at autoupdate history' -l last -d 'how many lines' -x
  complete -c $program -n '__hearth_at autoupdate history' -l json -d 'JSON lines'
  complete -c $program -n '__hearth_at autoupdate history' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at dispatch' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth' -a up -d 'the whole pipeline on this machine, until Ctrl-C'
  complete -c $program -n '__hearth_at hearth' -a demo -d 'prove that a login reaches a new agent session'
  complete -c $program -n '__hearth_at hearth' -a status -d 'how the pipeline stands, and what expires first'
  complete -c $program -n '__hearth_at hearth' -a doctor -d 'what is wrong with this machine or a cluster, and what mends it'
  complete -c $program -n '__hearth_at hearth' -a sites -d 'which sites are logged in, and until when'
  complete -c $program -n '__hearth_at hearth' -a token -d 'make a token for some sites only, or say what one may read'
  complete -c $program -n '__hearth_at hearth' -a verify -d 'seed the snapshot into a throw-away browser and say what arrived'
  complete -c $program -n '__hearth_at hearth' -a completion -d 'the script with which a shell completes these words'
  complete -c $program -n '__hearth_at hearth' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth up' -l data -d 'directory of profile, snapshots and token' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth up' -l display -d 'show the browser on your own screen, without the live view'
  complete -c $program -n '__hearth_at hearth up' -l headless -d 'no window at all, where nothing else can be'
  complete -c $program -n '__hearth_at hearth up' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth demo' -l verbose -d 'show the log of every part'
  complete -c $program -n '__hearth_at hearth demo' -l headless -d 'no window at all, where nothing else can be'
  complete -c $program -n '__hearth_at hearth demo' -l json -d 'one JSON object instead of text'
  complete -c $program -n '__hearth_at hearth demo' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth status' -l url -d 'the snapshot\'s address; the token is that of refresh' -x
  complete -c $program -n '__hearth_at hearth status' -l token-file -d 'another file with the token' -rF
  complete -c $program -n '__hearth_at hearth status' -l data -d 'directory of the pipeline on this machine' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth status' -l config -d 'where a dev box has its roster' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth status' -l json -d 'one JSON object instead of text'
  complete -c $program -n '__hearth_at hearth status' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth doctor' -l data -d 'directory of the pipeline on this machine' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth doctor' -l config -d 'where a dev box has its roster (default: /etc/hearth)' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth doctor' -l cluster -d 'look at a cluster instead of this machine; asks, and changes nothing'
  complete -c $program -n '__hearth_at hearth doctor' -l context -d 'a context of kubectl\'s configuration' -x
  complete -c $program -n '__hearth_at hearth doctor' -l namespace -d 'where in the cluster (default: chrome-service)' -x
  complete -c $program -n '__hearth_at hearth doctor' -l json -d 'one JSON object instead of text'
  complete -c $program -n '__hearth_at hearth doctor' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth sites' -l url -d 'the snapshot\'s address; the token is that of refresh' -x
  complete -c $program -n '__hearth_at hearth sites' -l token-file -d 'another file with the token' -rF
  complete -c $program -n '__hearth_at hearth sites' -l data -d 'the data directory of a pipeline on this machine' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth sites' -l json -d 'one JSON array instead of a table'
  complete -c $program -n '__hearth_at hearth sites' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth token' -a new -d 'print a new token, once, and what to add to the access file'
  complete -c $program -n '__hearth_at hearth token' -a check -d 'say whose a token is and what it may read'
  complete -c $program -n '__hearth_at hearth token' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth token new' -l subject -d 'whom it is for' -x
  complete -c $program -n '__hearth_at hearth token new' -l sites -d 'sites and hosts, with commas; "*" for all' -x
  complete -c $program -n '__hearth_at hearth token new' -l deny -d 'sites and hosts to take away' -x
  complete -c $program -n '__hearth_at hearth token new' -l expires -d 'a day such as 2027-01-31, or a time such as 2027-01-31T12:00:00Z' -x
  complete -c $program -n '__hearth_at hearth token new' -l no-session-cookies -d 'without cookies that end with the browser'
  complete -c $program -n '__hearth_at hearth token new' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth token check' -l token-file -d 'read the token from a file' -rF
  complete -c $program -n '__hearth_at hearth token check' -l access-file -d 'the access file' -rF
  complete -c $program -n '__hearth_at hearth token check' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth verify' -l data -d 'directory of the pipeline' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at hearth verify' -l snapshot -d 'a snapshot anywhere' -rF
  complete -c $program -n '__hearth_at hearth verify' -l json -d 'one JSON object instead of text'
  complete -c $program -n '__hearth_at hearth verify' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth completion' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at hearth completion' -fa 'bash zsh fish'
  complete -c $program -n '__hearth_at mint' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at mint' -fa '(__fish_complete_users)'
  complete -c $program -n '__hearth_at provision' -a plan -d 'print what apply would change; touches nothing'
  complete -c $program -n '__hearth_at provision' -a apply -d 'make the users of the box match the roster'
  complete -c $program -n '__hearth_at provision' -a host -d 'make the machine itself what users need, and then apply'
  complete -c $program -n '__hearth_at provision' -a status -d 'what there is of each user'
  complete -c $program -n '__hearth_at provision' -a adopt -d 'rows for users that a box set up by hand has'
  complete -c $program -n '__hearth_at provision' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at provision plan' -l config -d 'where roster.yaml and its companions are' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at provision plan' -l verbose -d 'also what is right already'
  complete -c $program -n '__hearth_at provision plan' -l json -d 'one JSON object a line'
  complete -c $program -n '__hearth_at provision plan' -l user -d 'this user alone' -xa '(__fish_complete_users)'
  complete -c $program -n '__hearth_at provision plan' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at provision apply' -l config -d 'where roster.yaml and its companions are' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at provision apply' -l verbose -d 'also what is right already'
  complete -c $program -n '__hearth_at provision apply' -l json -d 'one JSON object a line'
  complete -c $program -n '__hearth_at provision apply' -l user -d 'this user alone' -xa '(__fish_complete_users)'
  complete -c $program -n '__hearth_at provision apply' -l wait -d 'how long to let another run finish that changes things' -x
  complete -c $program -n '__hearth_at provision apply' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at provision host' -l config -d 'where roster.yaml and its companions are' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at provision host' -l verbose -d 'also what is right already'
  complete -c $program -n '__hearth_at provision host' -l json -d 'one JSON object a line'
  complete -c $program -n '__hearth_at provision host' -l plan -d 'touch nothing; print what would change'
  complete -c $program -n '__hearth_at provision host' -l wait -d 'how long to let another run finish that changes things' -x
  complete -c $program -n '__hearth_at provision host' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at provision status' -l config -d 'where roster.yaml and its companions are' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at provision status' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at provision status' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at provision adopt' -l config -d 'where roster.yaml and its companions are' -xa '(__fish_complete_directories)'
  complete -c $program -n '__hearth_at provision adopt' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at provision adopt' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at refresh' -l once -d 'refresh once (the default)'
  complete -c $program -n '__hearth_at refresh' -l follow -d 'stay and refresh whenever there is news'
  complete -c $program -n '__hearth_at refresh' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster' -a validate -d 'check a roster, alone or against the cluster\'s users'
  complete -c $program -n '__hearth_at roster' -a derive -d 'accounts, ports, maps and access as JSON'
  complete -c $program -n '__hearth_at roster' -a offboard -d 'what to do for those who left'
  complete -c $program -n '__hearth_at roster' -a membership -d 'bring the rows in line with a group'
  complete -c $program -n '__hearth_at roster' -a ports -d 'keep the port files, in which a port stays its owner\'s'
  complete -c $program -n '__hearth_at roster' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster validate' -l k8s-users -d 'JSON object of the cluster\'s users and their roles' -rF
  complete -c $program -n '__hearth_at roster validate' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at roster validate' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster validate' -F
  complete -c $program -n '__hearth_at roster derive' -l ports -d 't3 ports given so far, a JSON object by account' -rF
  complete -c $program -n '__hearth_at roster derive' -l playwright-ports -d 'MCP ports given so far, likewise' -rF
  complete -c $program -n '__hearth_at roster derive' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster derive' -F
  complete -c $program -n '__hearth_at roster offboard' -l old -d 'the roster that was applied last' -rF
  complete -c $program -n '__hearth_at roster offboard' -l new -d 'the roster now' -rF
  complete -c $program -n '__hearth_at roster offboard' -l destructive -d 'also delete accounts and homes, after an archive'
  complete -c $program -n '__hearth_at roster offboard' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at roster offboard' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster membership' -l members -d 'JSON list of the group\'s members' -rF
  complete -c $program -n '__hearth_at roster membership' -l apply -d 'write the roster'
  complete -c $program -n '__hearth_at roster membership' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at roster membership' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster membership' -F
  complete -c $program -n '__hearth_at roster ports' -l ports -d 't3 ports, a JSON object by account; a new one is {}' -rF
  complete -c $program -n '__hearth_at roster ports' -l playwright-ports -d 'MCP ports, likewise' -rF
  complete -c $program -n '__hearth_at roster ports' -l free -d 'give up the ports of somebody who left' -xa '(__fish_complete_users)'
  complete -c $program -n '__hearth_at roster ports' -l apply -d 'write the files'
  complete -c $program -n '__hearth_at roster ports' -l json -d 'one JSON object'
  complete -c $program -n '__hearth_at roster ports' -l help -s h -d 'show this help'
  complete -c $program -n '__hearth_at roster ports' -F
end
