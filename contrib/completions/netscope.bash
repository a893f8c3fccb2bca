# SPDX-License-Identifier: GPL-2.0-or-later
# Made by tools/generate from src/options.c and the fields: do not edit.
# shellcheck shell=bash

_netscope_fields() {
    case ",${1:-namespaces}," in *,namespaces,*)
        printf '%s\n' netns naming inode nsid own pod_namespace pod pod_uid container container_id runtime netns_name path pid process process_count ;;
    esac
    case ",${1:-interfaces}," in *,interfaces,*)
        printf '%s\n' netns ifindex ifname info_kind info_slave_kind flags operstate carrier carrier_changes linkmode link_type mtu min_mtu max_mtu address address_class permaddr broadcast addr_info master link link_index link_netnsid link_netns peer peer_netns pair_state qdisc group txqlen num_tx_queues num_rx_queues gso_max_size gso_max_segs tso_max_size tso_max_segs gro_max_size ifalias altnames promiscuity allmulti parentbus parentdev proto_down duplicate address_claims lladdr_claims programs rx_bytes rx_packets rx_errors rx_dropped rx_over_errors rx_multicast rx_compressed rx_length_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors rx_nohandler tx_bytes tx_packets tx_errors tx_dropped tx_carrier_errors tx_collisions tx_compressed tx_aborted_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors ipv4_forwarding ipv4_rp_filter ipv4_rp_filter_in_effect ipv4_proxy_arp ipv4_arp_ignore ipv4_arp_announce ipv4_accept_local ipv4_route_localnet ipv4_log_martians ipv6_forwarding ipv6_disabled ipv6_accept_ra ipv6_accept_dad ipv6_autoconf ipv6_proxy_ndp ipv6_use_tempaddr ipv6_addr_gen_mode vlan_id vlan_protocol vlan_flags vxlan_vni vxlan_remote vxlan_group vxlan_local vxlan_link vxlan_port vxlan_port_low vxlan_port_high vxlan_learning vxlan_ttl vxlan_tos vxlan_ageing vxlan_limit vxlan_proxy vxlan_rsc vxlan_l2miss vxlan_l3miss vxlan_collect_metadata vxlan_udp_csum vxlan_gbp geneve_vni geneve_remote geneve_port geneve_ttl geneve_tos geneve_collect_metadata tunnel_local tunnel_remote tunnel_link tunnel_proto tunnel_ttl tunnel_tos tunnel_pmtudisc tunnel_ikey tunnel_okey tunnel_encap_limit tunnel_tclass tunnel_flowlabel tunnel_collect_metadata tunnel_fwmark bridge_stp_state bridge_vlan_filtering bridge_vlan_protocol bridge_default_pvid bridge_ageing_time bridge_forward_delay bridge_hello_time bridge_max_age bridge_priority bridge_id bridge_root_id bridge_root_port bridge_root_path_cost bridge_topology_change bridge_mcast_snooping bridge_group_fwd_mask bridge_nf_call_iptables bridge_nf_call_ip6tables bridge_nf_call_arptables port_state port_priority port_cost port_no port_hairpin port_guard port_root_block port_fastleave port_learning port_flood port_mcast_flood port_bcast_flood port_proxy_arp port_proxy_arp_wifi port_neigh_suppress port_isolated port_vlan_tunnel port_locked port_designated_bridge port_root_id port_vlans macvlan_mode macvlan_flags ipvlan_mode ipvlan_flags bond_mode bond_miimon bond_updelay bond_downdelay bond_active_slave bond_xmit_hash_policy bond_lacp_rate bond_ad_select bond_min_links bond_slave_state bond_slave_mii_status bond_slave_link_failure_count bond_slave_perm_hwaddr bond_slave_queue_id vrf_table tun_type tun_pi tun_vnet_hdr tun_multi_queue tun_persist tun_owner tun_group tun_num_queues ;;
    esac
    case ",${1:-routes}," in *,routes,*)
        printf '%s\n' netns family type dst label from tos table rule metric gateway via dev prefsrc protocol scope flags nexthops nhid to ttl_propagate encap encap_info realms pref cached expires error mtu advmss hoplimit window rtt rttvar rto_min ssthresh cwnd initcwnd initrwnd reordering quickack fastopen_no_cookie congctl features locked users used age rank dst_len classic_destination classic_gateway classic_genmask classic_flags classic_metric classic_ref classic_use classic_iface ;;
    esac
    case ",${1:-routing_rules}," in *,routing_rules,*)
        printf '%s\n' netns family priority position not src dst iif oif fwmark fwmask uid_start uid_end ipproto sport sport_mask dport dport_mask tos dscp dscp_mask flowlabel flowlabel_mask tun_id l3mdev action table goto suppress_prefixlen suppress_ifgroup flags protocol realms ;;
    esac
    case ",${1:-nexthops}," in *,nexthops,*)
        printf '%s\n' netns id family gateway dev group type blackhole fdb encap encap_info scope protocol flags buckets idle_timer unbalanced_timer unbalanced_time ;;
    esac
    case ",${1:-neighbours}," in *,neighbours,*)
        printf '%s\n' netns dst dev ifindex lladdr state router proxy extern_learn offload managed extern_valid used confirmed updated probes refcnt protocol vlan vni owner_netns owner_ifname lladdr_netns lladdr_ifname duplicate address_claims lladdr_claims lladdrs_seen moved_from moved ;;
    esac
    case ",${1:-fdb}," in *,fdb,*)
        printf '%s\n' netns mac ifname ifindex master vlan state flags dst vni src_vni port via nhid link_netnsid used updated owner_netns owner_ifname duplicate lladdr_claims moved_from moved ;;
    esac
    case ",${1:-neighbour_tables}," in *,neighbour_tables,*)
        printf '%s\n' netns name family gc_entries gc_thresh1 gc_thresh2 gc_thresh3 entries own_entries own_gc_entries own_proxies table_fulls res_failed forced_gc_runs periodic_gc_runs allocs destroys hash_grows lookups hits rcv_probes_mcast rcv_probes_ucast gc_interval last_flush proxy_qlen hash_mask key_length entry_size base_reachable reachable retrans gc_stale delay_probe app_probes ucast_probes mcast_probes queue_bytes ;;
    esac
    case ",${1:-flows}," in *,flows,*)
        printf '%s\n' netns family protocol protonum state src sport dst dport icmp_type icmp_code icmp_id reply_src reply_sport reply_dst reply_dport reply_icmp_type reply_icmp_code reply_icmp_id src_netns dst_netns reply_src_netns reply_dst_netns nat translation return_packet status timeout packets bytes reply_packets reply_bytes mark zone tcp_wscale tcp_reply_wscale tcp_flags tcp_reply_flags start use id orig_zone reply_zone labels secctx helper master sctp_vtag sctp_reply_vtag dccp_role dccp_handshake_seq stop ;;
    esac
    case ",${1:-flow_summaries}," in *,flow_summaries,*)
        printf '%s\n' netns by value flows share packets bytes ;;
    esac
    case ",${1:-flow_events}," in *,flow_events,*)
        printf '%s\n' netns family protocol protonum state src sport dst dport icmp_type icmp_code icmp_id reply_src reply_sport reply_dst reply_dport reply_icmp_type reply_icmp_code reply_icmp_id src_netns dst_netns reply_src_netns reply_dst_netns nat translation return_packet status timeout packets bytes reply_packets reply_bytes mark zone tcp_wscale tcp_reply_wscale tcp_flags tcp_reply_flags start use id orig_zone reply_zone labels secctx helper master sctp_vtag sctp_reply_vtag dccp_role dccp_handshake_seq stop event time ;;
    esac
    case ",${1:-expectations}," in *,expectations,*)
        printf '%s\n' netns family protocol protonum src sport dst dport mask_src mask_sport mask_dst mask_dport master_protocol master_src master_sport master_dst master_dport helper function flags class timeout zone id ;;
    esac
    case ",${1:-conntrack}," in *,conntrack,*)
        printf '%s\n' netns count max used buckets mean_chain full_chain verdict expectations expect_max accounting timestamps events checksum log_invalid tcp_loose tcp_be_liberal tcp_ignore_invalid_rst tcp_max_retrans found invalid insert insert_failed drop early_drop error search_restart clash_resolve chaintoolong expect_new expect_create expect_delete cpus timeouts ;;
    esac
    case ",${1:-conntrack_cpus}," in *,conntrack_cpus,*)
        printf '%s\n' netns cpu found invalid insert insert_failed drop early_drop error search_restart clash_resolve chaintoolong expect_new expect_create expect_delete ;;
    esac
    case ",${1:-resolver}," in *,resolver,* | *,dns,*)
        printf '%s\n' netns nameservers search ndots timeout attempts options hosts_order hosts multi gai sortlist resolv_conf pid problems ;;
    esac
    case ",${1:-tables}," in *,tables,* | *,netfilter,*)
        printf '%s\n' netns family name handle flags owner backend syntax manager chains rules sets objects flowtables unknown comment ;;
    esac
    case ",${1:-hooks}," in *,hooks,* | *,netfilter,*)
        printf '%s\n' netns family table order chain handle type hook prio policy dev packets bytes rules backend syntax manager ;;
    esac
    case ",${1:-chains}," in *,chains,* | *,netfilter,*)
        printf '%s\n' netns family table name handle type hook prio policy dev packets bytes rules use reached flags comment backend syntax manager ;;
    esac
    case ",${1:-rules}," in *,rules,* | *,netfilter,*)
        printf '%s\n' netns family table chain handle index number packets bytes hit text comment uses expr unknown backend syntax manager brief ;;
    esac
    case ",${1:-sets}," in *,sets,* | *,netfilter,*)
        printf '%s\n' netns family table name handle type map flags elements size timeout gc_interval policy comment backend syntax manager ;;
    esac
    case ",${1:-elements}," in *,elements,* | *,netfilter,*)
        printf '%s\n' netns family table set elem packets bytes timeout expires flags comment backend syntax manager ;;
    esac
    case ",${1:-objects}," in *,objects,* | *,netfilter,*)
        printf '%s\n' netns family table name type handle packets bytes used rate per rate_unit burst inv value l3proto protocol dport timeout size mss wscale use comment backend syntax manager ;;
    esac
    case ",${1:-flowtables}," in *,flowtables,* | *,netfilter,*)
        printf '%s\n' netns family table name handle hook prio dev flags use backend syntax manager ;;
    esac
    case ",${1:-references}," in *,references,* | *,netfilter,*)
        printf '%s\n' netns family table chain caller hook calls packets rules leads repeated reached depth order backend syntax manager ;;
    esac
    case ",${1:-services}," in *,services,* | *,netfilter,*)
        printf '%s\n' netns family table name addr port proto backends count affinity restricted rejected chain origin backend syntax manager ;;
    esac
    case ",${1:-bypasses}," in *,bypasses,* | *,netfilter,*)
        printf '%s\n' netns order station type name id mode dev cgroup prio family table backend chain handle rule base active effect evidence ;;
    esac
    case ",${1:-answers}," in *,answers,* | *,dns,*)
        printf '%s\n' netns time name type class outcome candidate reason from server port transport candidate_count round insert_failed clash_resolve query_count took_ms validity validity_reason returned rcode flags size edns_udp_size nsid cookie cookie_state client_subnet extended_errors edns_options answer authority additional ;;
    esac
    case ",${1:-queries}," in *,queries,* | *,dns,*)
        printf '%s\n' netns name candidate type class server port attempt transport id outcome reason sent_ms took_ms query_size strays rcode flags size edns_udp_size nsid cookie cookie_state client_subnet extended_errors edns_options answer authority additional ;;
    esac
    case ",${1:-packets}," in *,packets,* | *,netfilter,*)
        printf '%s\n' netns number time family proto src sport dst dport icmp_type icmp_code tcp_flags tcp_seq tcp_ack length ttl ethertype ip_id mark iif oif ct_state ct_id outcome decided_by decided_table decided_chain decided_handle changed incomplete journey part guessed steps tuple decision doubts ;;
    esac
    case ",${1:-packet_summaries}," in *,packet_summaries,* | *,netfilter,*)
        printf '%s\n' netns by value rule outcome packets share bytes mean steps first last ;;
    esac
    case ",${1:-steps}," in *,steps,*)
        printf '%s\n' netns packet step elapsed type hook family legacy table chain depth handle number rule verdict target changes mark iif oif ct_state ;;
    esac
}

# The kinds that --dump= names on this command line.
_netscope_kinds() {
    local i
    for ((i = 1; i < ${#COMP_WORDS[@]}; i++)); do
        [[ ${COMP_WORDS[i]} == --dump && ${COMP_WORDS[i + 1]} == = ]] &&
            printf '%s' "${COMP_WORDS[i + 2]}"
    done
}

# Completes the last item of a list joined by commas.
_netscope_list() {
    local done=
    [[ $cur == *,* ]] && done=${cur%,*},
    compopt -o nospace
    mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "${cur##*,}")
}

_netscope() {
    local cur prev words cword split
    cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    # bash takes '=' for a word of its own.
    if [[ $cur == = ]]; then
        cur=
    elif [[ $prev == = ]]; then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $prev in
    --dump)
        [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]] &&
            _netscope_list 'namespaces interfaces routes routing_rules nexthops neighbours fdb neighbour_tables flows flow_summaries flow_events expectations conntrack conntrack_cpus resolver tables hooks chains rules sets elements objects flowtables references services bypasses answers queries packets packet_summaries steps dns netfilter' && return
        ;;
    --format)
        mapfile -t COMPREPLY < <(compgen -W 'text json ndjson' -- "$cur")
        return
        ;;
    --filter)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -W "$(_netscope_fields "$(_netscope_kinds)")" -- "$cur")
        return
        ;;
    --fields)
        _netscope_list "$(_netscope_fields "$(_netscope_kinds)")"
        return
        ;;
    --sort)
        _netscope_list "$(_netscope_fields "$(_netscope_kinds)")"
        return
        ;;
    --netns)
        mapfile -t COMPREPLY < <(compgen -W "$(netscope --dump=namespaces --no-header --fields netns 2>/dev/null)" -- "$cur")
        return
        ;;
    --name)
                return
        ;;
    --names-from)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --type)
                return
        ;;
    --class)
                return
        ;;
    --server)
                return
        ;;
    --rules)
                return
        ;;
    --subnet)
                return
        ;;
    --anchors)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --watch)
                return
        ;;
    --list-fields)
        [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD - 1]} == = ]] &&
            mapfile -t COMPREPLY < <(compgen -W 'namespaces interfaces routes routing_rules nexthops neighbours fdb neighbour_tables flows flow_summaries flow_events expectations conntrack conntrack_cpus resolver tables hooks chains rules sets elements objects flowtables references services bypasses answers queries packets packet_summaries steps' -- "$cur") && return
        ;;
    --route-get)
                return
        ;;
    --from)
                return
        ;;
    --iif)
                return
        ;;
    --oif)
                return
        ;;
    --mark)
                return
        ;;
    --uid)
                return
        ;;
    --ipproto)
                return
        ;;
    --sport)
                return
        ;;
    --dport)
                return
        ;;
    --tos)
                return
        ;;
    --trace)
                return
        ;;
    --rate)
                return
        ;;
    --replies)
                return
        ;;
    --count)
                return
        ;;
    --duration)
                return
        ;;
    --hooks)
                return
        ;;
    --panel)
        mapfile -t COMPREPLY < <(compgen -W 'namespaces interfaces routes routes/routes routes/classic routes/mpls routes/rules routes/nexthops neighbours neighbours/neighbours neighbours/fdb neighbours/tables conntrack conntrack/flows conntrack/states conntrack/protocols conntrack/sources conntrack/destinations conntrack/services conntrack/namespaces conntrack/events conntrack/expectations conntrack/processors conntrack/statistics dns dns/resolver dns/lookups dns/queries netfilter netfilter/rules netfilter/hooks netfilter/chains netfilter/references netfilter/sets netfilter/elements netfilter/objects netfilter/flowtables netfilter/services netfilter/bypasses netfilter/tables netfilter/packets netfilter/packet-rules netfilter/packet-paths' -- "$cur")
        return
        ;;
    --interval)
                return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W '--dump --format --json --filter --fields --sort --follow --names --counters --no-header --netns --all-netns --name --names-from --type --class --server --rules --tcp --subnet --dnssec --validate --anchors --watch --probe --list-fields --route-get --from --iif --oif --mark --uid --ipproto --sport --dport --tos --trace --all --rate --replies --count --duration --steps --summary --hooks --force --panel --interval --no-color --help --version' -- "$cur")
}
complete -F _netscope netscope
