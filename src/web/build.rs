//! Embeds the UI again when its build has changed; the compiler does not see new files by itself.

fn main() {
    println!("cargo::rerun-if-changed=../../assets/ui/dist");
}
