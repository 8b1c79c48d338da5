use std::time::Instant;
use domain::listing::*;
use domain::Scope;
use crate::fixture::*;
use crate::workspace;

#[tokio::test]
#[ignore]
async fn speed() {
    let n: usize = std::env::var("N").unwrap().parse().unwrap();
    let estate = estate().await;
    let states = ["AVAILABLE","STOPPED","STOPPED","STOPPED","AVAILABLE","AVAILABLE","STOPPED","STOPPED","STOPPED","UNHEALTHY"];
    let t = Instant::now();
    for chunk in (0..n).collect::<Vec<_>>().chunks(1000) {
        let rows = chunk.iter().map(|i| {
            let h = (*i as u64).wrapping_mul(0x9E3779B97F4A7C15) >> 20;
            let mut d = desktop(&format!("ws-{h:011x}"), Some(&format!("user{:05}", h % 50000)), if i % 997 == 0 {"ERROR"} else {states[i % 10]});
            d.bundle_id = Some(format!("wsb-{}", h % 9));
            d.directory_id = Some(format!("d-{}", h % 4));
            d.ip_address = Some(format!("10.0.{}.{}", h % 256, (h >> 8) % 256));
            d.compute_type = Some(["VALUE","STANDARD","POWER"][(h % 3) as usize].to_owned());
            (d, tags(&[("Team", ["Sales","Ops","IT","HR"][(h % 4) as usize]), ("CostCenter", &format!("CC{}", h % 40)), ("Owner", &format!("user{}", h % 5000)), ("Env", "prod")]))
        }).collect();
        estate.seen(if chunk[0] % 2000 == 0 {&estate.acme} else {&estate.globex}, "2026-11-20T08:00:00Z", rows).await;
    }
    println!("insert {n}: {:?}; size {:?}", t.elapsed(), estate.db.health());
    let acme = estate.acme.scope();
    let f = filter;
    let cases: Vec<(&str, Scope, WorkspaceFilter, &str)> = vec![
        ("plain", Scope::All, f(), "user_name"),
        ("plain desc", Scope::All, f(), "-user_name"),
        ("plain scoped", acme.clone(), f(), "user_name"),
        ("last_connected", Scope::All, f(), "last_connected_at"),
        ("ip", Scope::All, f(), "ip_address"),
        ("error_message", Scope::All, f(), "error_message"),
        ("account_name", Scope::All, f(), "account_name"),
        ("bundle_name", Scope::All, f(), "bundle_name"),
        ("directory_name", Scope::All, f(), "directory_name"),
        ("last_seen", Scope::All, f(), "last_seen_at"),
        ("state=STOPPED", Scope::All, WorkspaceFilter{state: vec!["STOPPED".into()], ..f()}, "user_name"),
        ("state=ERROR", Scope::All, WorkspaceFilter{state: vec!["ERROR".into()], ..f()}, "user_name"),
        ("state=ERROR,ip", acme.clone(), WorkspaceFilter{state: vec!["ERROR".into()], ..f()}, "ip_address"),
        ("tag", Scope::All, WorkspaceFilter{tags: vec![("Team".into(), "Ops".into())], ..f()}, "user_name"),
        ("tag rare", Scope::All, WorkspaceFilter{tags: vec![("Owner".into(), "user77".into())], ..f()}, "user_name"),
        ("tag any", Scope::All, WorkspaceFilter{tags: vec![("Env".into(), "".into())], ..f()}, "ip_address"),
        ("q rare", Scope::All, WorkspaceFilter{q: Some("user00077".into()), ..f()}, "user_name"),
        ("q none", Scope::All, WorkspaceFilter{q: Some("zzzz".into()), ..f()}, "user_name"),
        ("q common", Scope::All, WorkspaceFilter{q: Some("sales".into()), ..f()}, "ip_address"),
        ("never", Scope::All, WorkspaceFilter{never_connected: Some(true), ..f()}, "user_name"),
        ("gone too", Scope::All, WorkspaceFilter{include_gone: true, ..f()}, "ip_address"),
        ("region+mode", Scope::All, WorkspaceFilter{region: vec![region()], running_mode: vec!["AUTO_STOP".into()], ..f()}, "-created_at"),
    ];
    for (name, scope, filter, sort) in cases {
        let req = PageRequest{limit: 50, cursor: None, sort: Some(Sort::parse(sort))};
        let t = Instant::now();
        let p = workspace::list(&estate.db, &scope, &filter, &req).await.unwrap();
        let first = t.elapsed();
        let t = Instant::now();
        workspace::list(&estate.db, &scope, &filter, &req).await.unwrap();
        let second = t.elapsed();
        let (s2, f2) = (scope.clone(), filter.clone());
        let c = estate.db.read(move |conn| { let t = Instant::now(); workspace::count_for_speed(conn, &s2, &f2); Ok(t.elapsed()) }).await.unwrap();
        println!("{name:20} first {first:?} again {second:?} count {c:?} total {}", p.total);
    }
    for scope in [Scope::All, acme.clone()] {
        let t = Instant::now();
        workspace::facets(&estate.db, &scope, &f()).await.unwrap();
        println!("facets {:?}", t.elapsed());
        let t = Instant::now();
        crate::dashboard::load(&estate.db, &scope).await.unwrap();
        println!("dashboard {:?}", t.elapsed());
    }
    let t = Instant::now();
    let mut e = workspace::export(&estate.db, &Scope::All, &f(), None);
    let mut k = 0; while let Some(b) = e.next_batch().await.unwrap() { k += b.len(); }
    println!("export {k} {:?}", t.elapsed());
    let t = Instant::now();
    let r = crate::query::run(&estate.db, &acme, "select state, count(*) n from workspaces group by state", 100, std::time::Duration::from_secs(9)).await.unwrap();
    println!("query {:?} {:?}", t.elapsed(), r.duration_ms);
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM")).collect::<Vec<_>>().join(" "));
}
